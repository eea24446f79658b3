import { demand } from '../finding.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandAlive } from './survivors.ts';

const linkBytesPerSecond = 64 * 1024;
const backlogEvents = 40;
const eventBytes = 8 * 1024;

const slowReader: Scenario = {
  name: 'limits/slow-readers-live',
  category: 'limits',
  claim: 'A client on a slow link behind a backlog of seconds is not taken for dead by a newcomer.',
  covers: ['I2', 'I4', 'FM-33'],
  async run(stage) {
    const { limit } = stage.settings;
    const user = stage.user('slow');
    const proxy = await stage.startProxy();
    const reader = await stage.mustConnect({ user, throughPort: proxy.port });
    const others = await stage.mustFill(user, limit - 1);
    proxy.throttle(linkBytesPerSecond);
    stage.fault(`the link of one client takes ${linkBytesPerSecond / 1024} KB/s`);
    const data = 'x'.repeat(eventBytes);
    for (let at = 0; at < backlogEvents; at += 1)
      await stage.deployment.desk.publish(user, { event: 'load', data });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await stage.connect({ user });
      await stage.pause(600);
    }
    // An end that was sent stands behind the backlog, too: it is known once that has been read.
    await reader.until(
      () => reader.received.length >= backlogEvents || reader.end !== null,
      40_000,
    );
    demandAlive(stage, [reader, ...others], 'A live session was ended because its link is slow.');
    demand(reader.received.length === backlogEvents, {
      expected: `all ${backlogEvents} events to arrive over the slow link`,
      got: `${reader.received.length}`,
      cause: 'Events to a client on a slow link were lost.',
    });
  },
};

const pausedMs = 4_000;

const paused: Scenario = {
  name: 'limits/a-paused-target-ends-nobody',
  category: 'limits',
  claim: 'A target that was stopped for longer than its ping timeout ends nobody when it goes on.',
  covers: ['I11', 'I2', 'FM-38', 'B3'],
  flags: ['--ping-interval', '1s', '--ping-timeout', '2s', '--pressure-ping-interval', '1s'],
  needsHost: true,
  async run(stage) {
    const { limit } = stage.settings;
    const { host } = stage.deployment;
    const users = ['ann', 'bob', 'cleo'].map((name) => stage.user(name));
    // Far enough away that most of their pings are out at any moment.
    const proxy = await stage.startProxy();
    proxy.delay(250);
    const clients = await Promise.all(
      users.flatMap((user, at) =>
        Array.from({ length: limit }, () =>
          stage.mustConnect(at === 0 ? { user } : { user, throughPort: proxy.port }),
        ),
      ),
    );
    await stage.pause(1_200);
    host?.freeze();
    stage.fault(`the target is stopped for ${pausedMs} ms`);
    await stage.pause(pausedMs);
    host?.thaw();
    await knockAtAll(stage, users);
    await stage.pause(3_000);
    demandAlive(stage, clients, 'Live sessions were ended because the target itself was paused.');
  },
};

/** The upgrade handler may run before the timers: admission has to notice the pause, too. */
async function knockAtAll(stage: Stage, users: readonly string[]): Promise<void> {
  await Promise.all(users.map((user) => stage.connect({ user })));
}

/** No live session dies because a link or the target itself is slow. */
export const liveKillUnderStrain: readonly Scenario[] = [slowReader, paused];
