import { SessionLayer } from 'holdfast';
import { BareSocket } from './bare-socket.ts';
import type { LogMemory } from './duties.ts';
import { LeapingClock } from './leaping-clock.ts';

const eventsPerLog = 64;
const frameBytes = 128;
/** Users before the measured ones: by then the code is compiled, which takes heap as well. */
const warmUp = 2_000;

/** Gives users with a session 64 events each, whose frames have 128 bytes. */
export function measureLogMemory(users: number): LogMemory {
  const clock = new LeapingClock();
  const options = { cleanupIntervalMs: 3_600_000, historyTotalBytes: 1024 ** 4 };
  const layer = new SessionLayer(options, { clock });
  const open = (prefix: string, count: number): void => {
    for (let user = 0; user < count; user += 1) {
      layer.open({ userId: `${prefix}${user}`, socket: new BareSocket(clock, false) });
    }
  };
  open('user-', users);
  const beforeFirst = layer.gauges().logBytes;
  open('warm-', warmUp);
  const data = dataFor(layer, clock);
  fill(layer, { prefix: 'warm-', count: warmUp, data });
  const before = settledBytes();
  fill(layer, { prefix: 'user-', count: users, data });
  const perLog = (settledBytes() - before) / users;
  return { beforeFirst, perLog, payload: eventsPerLog * frameBytes };
}

function fill(
  layer: SessionLayer,
  {
    prefix,
    count,
    data,
  }: { readonly prefix: string; readonly count: number; readonly data: string },
): void {
  for (let event = 0; event < eventsPerLog; event += 1) {
    for (let user = 0; user < count; user += 1) {
      layer.publish(`${prefix}${user}`, { event: 'news', data });
    }
  }
}

/** As much data as makes a frame of 128 bytes, at an offset of two digits. */
function dataFor(layer: SessionLayer, clock: LeapingClock): string {
  let sent = 0;
  const socket = new (class extends BareSocket {
    override send(frames?: Uint8Array): 'ok' {
      sent = frames?.length ?? 0;
      return 'ok';
    }
  })(clock, false);
  layer.open({ userId: 'ruler', socket });
  for (let event = 0; event < 10; event += 1) layer.publish('ruler', { event: 'news', data: '' });
  return 'x'.repeat(frameBytes - sent);
}

function settledBytes(): number {
  for (let turn = 0; turn < 3; turn += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
