import { RawPeer } from 'holdfast/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PeerProcess } from './peer-process.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway;
let live: PeerProcess;
let knownSession = '';

beforeEach(async () => {
  gateway = await RunningGateway.start(['--handshake-rate', '100000/s']);
  live = new PeerProcess();
  const url = `${gateway.url.replace('http', 'ws')}${gateway.pathFor('known')}`;
  await live.open([url, url, url]);
  const { body } = await gateway.ask('GET', '/api/v1/users/known/sessions');
  knownSession = (body['sessions'] as { id: string }[])[0]?.id ?? '';
});

afterEach(async () => {
  live.kill();
  await gateway.stop();
});

/** What a stranger can see of an answer: its status, and the names in its body. */
type Look = () => Promise<string>;

interface Seen {
  readonly shapes: readonly string[];
  /** Milliseconds. */
  readonly median: number;
}

/** Looks at both in turn, so that whatever slows this machine down slows both. */
async function compare(looks: readonly [Look, Look], rounds: number): Promise<[Seen, Seen]> {
  const seen = looks.map(() => ({ shapes: new Set<string>(), times: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [place, look] of looks.entries()) {
      const startedAt = performance.now();
      const shape = await look();
      seen[place]?.times.push(performance.now() - startedAt);
      seen[place]?.shapes.add(shape);
    }
  }
  const [one, other] = seen.map(({ shapes, times }) => ({
    shapes: [...shapes],
    median: times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Infinity,
  }));
  if (one === undefined || other === undefined) throw new Error('Expected two to compare.');
  return [one, other];
}

/** What tells the two apart; nothing, if all is well. */
function differences([one, other]: [Seen, Seen], shape: RegExp): string[] {
  const found: string[] = [];
  const shapes = new Set([...one.shapes, ...other.shapes]);
  if (shapes.size !== 1) found.push(`answers: ${[...shapes].join(' | ')}`);
  if (!shape.test(one.shapes.join())) found.push(`not as expected: ${one.shapes.join()}`);
  if (Math.abs(one.median - other.median) >= 5)
    found.push(`median times: ${one.median} and ${other.median} ms`);
  return found;
}

const listOf = (user: string): string => `/api/v1/users/${user}/sessions`;
const forgedFor = (user: string): string => `${gateway.pathFor(user).slice(0, -6)}AAAAAA`;

function asked(method: string, where: string, token: string): Look {
  return async () => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${gateway.url}${where}`, { method, headers });
    const body = JSON.parse(await response.text()) as Record<string, unknown>;
    return `${response.status} ${JSON.stringify(body).replaceAll(/\d+/g, 'n')}`;
  };
}

function connected(path: string): Look {
  return async () => {
    const peer = await RawPeer.connect({ port: gateway.port, path });
    await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null);
    const names = peer.texts.map((text) => Object.keys(JSON.parse(text) as object).join());
    const shape = `${peer.head.split('\r\n')[0]} ${names.join()} ${JSON.stringify(peer.closeFrame)}`;
    peer.sendClose(1000);
    peer.destroy();
    return shape;
  };
}

const wrong = 'not-the-admin-token-at-all';

describe('what somebody without the right can learn', () => {
  it('G15 known and unknown users answer alike to a wrong admin token, in status, body and time', async () => {
    const looks = [
      asked('GET', listOf('known'), wrong),
      asked('GET', listOf('other'), wrong),
    ] as const;
    expect(differences(await compare(looks, 150), /^401 /)).toEqual([]);
  });

  it('G15 a session id that exists and one that does not answer alike, in status, body and time', async () => {
    const made = `${knownSession.slice(0, -4)}zzzz`;
    const looks = [
      asked('DELETE', `/api/v1/sessions/${knownSession}`, wrong),
      asked('DELETE', `/api/v1/sessions/${made}`, wrong),
    ] as const;
    expect(differences(await compare(looks, 150), /^401 /)).toEqual([]);
    expect(await gateway.count('known')).toBe(3);
  });

  it('G15 a forged token for a known user is closed like one for an unknown user', async () => {
    const looks = [connected(forgedFor('known')), connected(forgedFor('other'))] as const;
    expect(differences(await compare(looks, 100), /101.*4401/)).toEqual([]);
  });

  it('G15 a user who has sessions is greeted like one nobody has heard of', async () => {
    const looks = [
      connected(gateway.pathFor('known')),
      connected(gateway.pathFor('other')),
    ] as const;
    expect(differences(await compare(looks, 80), /101.*type.*null/)).toEqual([]);
  });
});
