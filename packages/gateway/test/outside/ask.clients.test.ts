import { afterEach, describe, expect, it } from 'vitest';
import { Client, closeOf } from '../server/gateway/client.ts';
import { parseExposition, valueOf } from '../server/metrics/exposition.ts';
import { type Claims, RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;

afterEach(async () => {
  await gateway?.stop();
});

interface Asked {
  readonly type: string;
  readonly limit: number;
  readonly expiresIn: number;
  readonly sessions: readonly { session: string; device: string; lastSeenMs: number }[];
}

function connect(running: RunningGateway, claims: Claims = {}): Client {
  const wsUrl = `${running.url.replace('http', 'ws')}/ws`;
  return new Client({ wsUrl }, running.tokenFor('ann', claims));
}

/** The real command, and five clients of one user that are alive, however busy the machine is. */
async function startWithFive(): Promise<{ running: RunningGateway; five: Client[] }> {
  const running = await RunningGateway.start(['--on-limit', 'ask', '--probe-timeout', '5s']);
  gateway = running;
  const devices = ['one', 'two', 'three', 'four', 'five'];
  const five: Client[] = [];
  for (const device of devices) {
    const client = connect(running, { device });
    await client.ready();
    five.push(client);
  }
  return { running, five };
}

async function question(client: Client): Promise<Asked> {
  return (await client.frame('limit')) as unknown as Asked;
}

function takeOver(client: Client, session: string | undefined): void {
  client.ws.send(JSON.stringify({ type: 'takeover', session }));
}

async function waitingOf(running: RunningGateway): Promise<unknown> {
  const { body } = await running.ask('GET', '/api/v1/users/ann/sessions');
  return body['waiting'];
}

describe('holdfast serve --on-limit ask', () => {
  it('I1 I2 I3 a sixth is asked, takes over number two, and is in: two is closed with 4409, the others stay', async () => {
    const { running, five } = await startWithFive();
    const sixth = connect(running, { device: 'six' });
    const asked = await question(sixth);
    expect(asked).toMatchObject({ limit: 5, expiresIn: 30_000 });
    expect(asked.sessions.map(({ device }) => device)).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
    ]);
    expect(await waitingOf(running)).toBe(1);
    takeOver(sixth, asked.sessions[1]?.session);
    expect(await closeOf(five[1]!)).toEqual({ code: 4409, r: 'evicted' });
    expect(await sixth.ready()).toMatchObject({ sessions: 5, limit: 5 });
    expect(sixth.frames.map(({ type }) => type)).toEqual(['limit', 'ready']);
    expect(await running.count('ann')).toBe(5);
    await running.ask('POST', '/api/v1/users/ann/events', { event: 'hello', data: 1 });
    const stayed = [five[0]!, five[2]!, five[3]!, five[4]!, sixth];
    for (const client of stayed) expect(await client.frame('event')).toMatchObject({ data: 1 });
    const { samples } = parseExposition(await (await fetch(`${running.url}/metrics`)).text());
    const labelled = (name: string, labels: Record<string, string>): unknown =>
      valueOf(samples, name, labels);
    expect(labelled('holdfast_evictions_total', { policy: 'ask' })).toBe(1);
    expect(labelled('holdfast_limit_hits_total', { action: 'asked' })).toBe(1);
    expect(labelled('holdfast_limit_hits_total', { action: 'taken-over' })).toBe(1);
    expect(labelled('holdfast_sessions_closed_total', { cause: 'taken-over' })).toBe(1);
  });

  it('I8 a wrong answer ends nobody and is asked again; a slot that becomes free is given without an answer', async () => {
    const { running, five } = await startWithFive();
    const sixth = connect(running);
    await question(sixth);
    takeOver(sixth, 'somebody else');
    expect(await sixth.frame('error')).toMatchObject({ code: 'unknown-session' });
    five[4]!.ws.close();
    await sixth.ready();
    expect(sixth.frames.map(({ type }) => type)).toEqual(['limit', 'error', 'limit', 'ready']);
    expect(await running.count('ann')).toBe(5);
    expect(five.slice(0, 4).every(({ ws }) => ws.readyState === ws.OPEN)).toBe(true);
  });

  it('whoever is asked is told at once when it says no frame, when its token is revoked, and when the gateway stops', async () => {
    const { running } = await startWithFive();
    const rude = connect(running);
    await question(rude);
    rude.ws.send('what?');
    expect(await closeOf(rude)).toEqual({ code: 4400, r: 'bad-frame' });
    const revoked = connect(running, { jti: 'lost' });
    await question(revoked);
    await running.ask('POST', '/api/v1/users/ann:revoke', { jti: 'lost' });
    expect(await closeOf(revoked)).toEqual({ code: 4401, r: 'unauthorized' });
    const last = connect(running);
    await question(last);
    const [close] = await Promise.all([closeOf(last), running.stop()]);
    expect(close).toMatchObject({ code: 1012, r: 'drain' });
  });
});
