import { demand } from '../finding.ts';
import type { Entrance } from '../dialer.ts';
import { demandCount, demandExact } from './counts.ts';
import { forgeTokens } from './forged-tokens.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandNumbers, publishNumbers } from './streams.ts';
import { demandAlive } from './survivors.ts';
import { hasAnswer } from './by-hand.ts';

const letInCause = 'A client without a good token was let in.';

const badTokens: Scenario = {
  name: 'security/bad-tokens-are-refused',
  category: 'security',
  claim: 'Altered, foreign, unsigned and expired tokens open no session, and are told nothing.',
  covers: ['G15', 'B10', 'FM-22'],
  async run(stage) {
    const user = stage.user('victim');
    const entrance = stage.entranceFor({ user });
    const expired = stage.entranceFor({ user, tokenTtlMs: -60_000 }).token;
    const forged = [...forgeTokens(entrance.token), { what: 'that has expired', token: expired }];
    for (const { what, token } of forged) {
      const peer = await stage.knock(withToken(entrance, token));
      await peer.until(() => hasAnswer(peer), 5_000);
      demand(!peer.texts.some((text) => text.includes('"ready"')), {
        expected: `a token ${what} to be refused`,
        got: 'a session',
        cause: letInCause,
      });
      const told = `${peer.head}${peer.closeFrame?.reason ?? ''}`;
      demand(!told.includes(token) && /\b40[01]\b|4401/.test(`${told}${peer.closeFrame?.code}`), {
        expected: `4401, or 400 or 401 in HTTP, for a token ${what}, and nothing of the token`,
        got: `${peer.closeFrame?.code ?? peer.head.slice(9, 12)}`,
        cause: 'A refusal for a bad token is not what it must be.',
      });
    }
    demand((await demandExact(stage, user)) === 0, {
      expected: 'no session of a user nobody has a good token of',
      got: 'one',
      cause: letInCause,
    });
    await stage.mustConnect({ user });
  },
};

function withToken(entrance: Entrance, token: string): Entrance {
  return { ...entrance, token, headers: { ...entrance.headers, authorization: `Bearer ${token}` } };
}

const foreignTicket: Scenario = {
  name: 'security/a-foreign-ticket-changes-nothing',
  category: 'security',
  claim:
    'Whoever brings the ticket and position of another user has a session of its own, and nothing of theirs.',
  covers: ['I8', 'I7', 'D7'],
  async run(stage) {
    const [owner, thief] = [stage.user('owner'), stage.user('thief')];
    const owned = await stage.mustConnect({ user: owner });
    await publishNumbers(stage, owner, { count: 3 });
    await demandNumbers(stage, owned, { numbers: [0, 1, 2], after: 'connecting' });
    const resume = { ...owned.position, offset: 0 };
    const stolen = await stage.mustConnect({ user: thief, resume });
    await stage.pause(300);
    demandAlive(stage, [owned], 'The ticket of a user was taken from somebody else.');
    await publishNumbers(stage, owner, { first: 3, count: 1 });
    await demandNumbers(stage, owned, { numbers: [0, 1, 2, 3], after: 'the theft' });
    demand(stolen.received.length === 0 && stolen.session !== owned.session, {
      expected: 'nothing of the owner’s for the thief',
      got: `${stolen.received.length} events`,
      cause: 'One user gets what is another one’s.',
    });
    const cause = 'One user’s sessions are counted for another.';
    for (const user of [owner, thief])
      await demandCount(stage, user, { count: 1, withinMs: 1_000, cause });
  },
};

const revoked: Scenario = {
  name: 'security/a-revoked-user-is-out',
  category: 'security',
  claim:
    'A revoked user’s sessions end within a second, and neither old token nor ticket brings them back.',
  covers: ['I8', 'B10'],
  async run(stage) {
    const user = stage.user('revoked');
    const client = await stage.mustConnect({ user });
    const bystander = await stage.mustConnect({ user: stage.user('bystander') });
    const entrance = stage.entranceFor({ user });
    await stage.deployment.desk.revoke(user);
    stage.fault('all tokens of a user are revoked');
    const isOut = await client.until(() => client.end !== null, 1_000);
    demand(isOut, {
      expected: 'the sessions of a revoked user to end within 1 s',
      got: 'a session that goes on',
      cause: 'A revoked user keeps its sessions.',
    });
    demandAlive(stage, [bystander], 'Revoking one user ended the session of another.');
    const peer = await stage.knock(entrance);
    await peer.until(() => hasAnswer(peer), 5_000);
    demand(!peer.texts.some((text) => text.includes('"ready"')), {
      expected: 'a token from before the revocation to be refused',
      got: 'a session',
      cause: 'A revoked token still opens sessions.',
    });
    await comeBackWithSpentTicket(stage, user, client.position.ticket ?? '');
  },
};

/** With a newer token, once the leeway for the clock of whoever issues tokens is over. */
async function comeBackWithSpentTicket(stage: Stage, user: string, ticket: string): Promise<void> {
  let outcome: string | null = null;
  const isIn = await stage.eventually(async () => {
    const { path, ...rest } = stage.entranceFor({ user });
    const query = `resume=${encodeURIComponent(ticket)}`;
    const peer = await stage.knock({
      ...rest,
      path: `${path}${path.includes('?') ? '&' : '?'}${query}`,
    });
    await peer.until(() => hasAnswer(peer), 5_000);
    const [ready] = peer.texts;
    if (ready === undefined) await stage.pause(500);
    else outcome = readOutcome(ready);
    return outcome !== null;
  }, 10_000);
  demand(isIn, {
    expected: 'a revoked user with a new token to be let in',
    got: 'refusals for 10 s',
    cause: 'A revoked user is locked out for good.',
  });
  demand(outcome === 'new', {
    expected: 'the ticket of a revoked session to be spent, and the session to be new',
    got: `a resume called ${String(outcome)}`,
    cause: 'The ticket of a revoked session is still good.',
  });
}

function readOutcome(text: string): string | null {
  const frame = JSON.parse(text) as { readonly resume?: { readonly outcome?: string } };
  return frame.resume?.outcome ?? 'nothing';
}

const oddNames: Scenario = {
  name: 'security/odd-user-ids-count-apart',
  category: 'security',
  claim: 'User ids that look alike, or like something else, share no counts and no events.',
  covers: ['I8', 'FM-04', 'FM-21', 'A11', 'G11'],
  async run(stage) {
    const users = oddIds(stage);
    const clients = await Promise.all(users.map((user) => stage.mustFill(user, 2)));
    for (const [at, user] of users.entries())
      await stage.deployment.desk.publish(user, { event: 'name', data: at });
    const cause = 'Users whose ids look alike are counted together.';
    for (const user of users) await demandCount(stage, user, { count: 2, withinMs: 2_000, cause });
    for (const [at, [client]] of clients.entries()) {
      if (client === undefined) continue;
      await client.until(() => client.received.length > 0, 2_000);
      const got = client.received.map(({ data }) => data);
      demand(got.length === 1 && got[0] === at, {
        expected: `user ${at} to get its own event and no other`,
        got: JSON.stringify(got),
        cause: 'One user gets what is another one’s.',
      });
    }
    await Promise.all(
      clients.flatMap(([client]) => (client === undefined ? [] : [client.close()])),
    );
    for (const user of users) await demandCount(stage, user, { count: 1, withinMs: 2_000, cause });
  },
};

function oddIds(stage: Stage): readonly string[] {
  const names = ['a', 'a:b', 'a:b:c', 'A', '1', '12', 'caf\u00e9', 'cafe\u0301', 'a\nb', 'a b'];
  const quoted = ['a%3Ab', '*', '../a', '"a"', "a'--", '<b>', '\u0000', '{}'];
  // As they are: a plain object has these already.
  return [...[...names, ...quoted].map((name) => stage.user(name)), '__proto__', 'constructor'];
}

/** Who may have what. */
export const security: readonly Scenario[] = [badTokens, foreignTicket, revoked, oddNames];
