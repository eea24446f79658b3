import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk, adminToken } from '../server/api/desk.ts';
import { type Outcome, run } from './fake-terminal.ts';

let desk: Desk;
let server: Server;
let url: string;
beforeEach(async () => {
  desk = new Desk();
  server = createServer((request, response) => {
    void (async () => {
      const body = await readText(request);
      const { method = '', url: path = '' } = request;
      const answer = await desk.call(method, path, body === '' ? undefined : body);
      response.statusCode = answer.status;
      response.end(answer.text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
});

async function rollout(...argv: string[]): Promise<Outcome> {
  return await run(['rollout', ...argv, '--url', url, '--admin-token', adminToken]);
}

describe('holdfast rollout', () => {
  it('shows where it stands, goes on, and back', async () => {
    expect((await rollout('status')).out).toBe(
      [
        'Enforced for everyone: at most 5 sessions each',
        'Would have refused  0',
        'Would have reaped   0',
        'Guard               off',
        '',
      ].join('\n'),
    );
    expect((await rollout('set', '0')).out).toMatch(/^Observing: the limit of 5 /);
    for (let come = 0; come < 6; come += 1) desk.connect('bob');
    desk.clock.advance(1_100);
    const set = await rollout('set', '12.5%', '--reason', 'a try');
    expect(set).toMatchObject({ status: 0, err: '' });
    expect(set.out).toMatch(/^Enforced for 12\.5 % of the users: at most 5 sessions each\n/);
    expect(set.out).toContain('Would have refused  1 (user-limit)\n');
    expect(set.out).toContain('armed: creation over 500ms or 3 failed sweeps for 3s, memory up ');
    const back = await rollout('back', '--reason', 'lost tabs');
    expect(back.out).toMatch(
      /^Rolled back: nothing is enforced up to 20 sessions each \(usually 5\)\n/,
    );
    expect(back.out).toMatch(/operator +back +12\.5 % +0 % +lost tabs\n/);
    expect(back.out).toContain('Last rolled back because: lost tabs\n');
  });

  it('prints what the gateway answered as data', async () => {
    const { out } = await rollout('status', '--json');
    expect(JSON.parse(out)).toMatchObject({ stage: 'everyone', percent: 100 });
  });

  it.each([
    [['set'], 'PERCENT to be a percentage from 0 to 100 with at most two decimals, got nothing'],
    [['set', '101'], 'PERCENT to be a percentage'],
    [['set', '1.234'], 'PERCENT to be a percentage'],
    [['forward'], 'ORDER to be status, set or back, got `forward`'],
    [['back', '10'], 'no percentage with `back`, got `10`'],
    [['status', '--reason', 'why not'], '`--reason` with set or back'],
    [[], 'ORDER to be given'],
  ])('%j is status 2 and changes nothing', async (argv, expected) => {
    const { status, err } = await rollout(...argv);
    expect(status).toBe(2);
    expect(err).toContain(expected);
    expect(desk.rollout.steps).toEqual([]);
  });
});
