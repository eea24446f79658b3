import { SessionLayer } from 'holdfast';
import { FakeSocket, ManualClock } from 'holdfast/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Revocations } from '../../src/server/auth/revocations.ts';
import { TokenWatch } from '../../src/server/token-watch.ts';

const endsAtMs = 1000;
let clock: ManualClock;
let layer: SessionLayer;
let watch: TokenWatch;
let failures: unknown[];
let nowMs: number;

beforeEach(() => {
  nowMs = 0;
  failures = [];
  clock = new ManualClock();
  layer = new SessionLayer({}, { clock });
  const monotonic = (): number => nowMs;
  watch = new TokenWatch({
    ...{ layer, monotonic, wallNow: monotonic },
    revocations: new Revocations({ now: monotonic, monotonic }),
    afterPoll: (callback) => clock.afterPoll(callback),
    onFailed: (error) => failures.push(error),
    turnAwayWaiting: () => 0,
  });
  layer.subscribe(watch.hear);
});

function open(userId: string, untilMs: number): FakeSocket {
  const socket = new FakeSocket(clock);
  layer.open({ userId, socket, extra: { userId, endsAtMs: untilMs } });
  return socket;
}

/** Opens so many sessions whose tokens expire together; what it returns tells how many of them have ended. */
function openCrowd(count: number): () => number {
  const sockets = Array.from({ length: count }, (_, index) => open(`u${index}`, endsAtMs));
  return () => sockets.filter(({ closes }) => closes.length > 0).length;
}

describe('B10 tokens of many sessions that expire together', () => {
  it('are looked for in slices, also where sessions come and go meanwhile', () => {
    const ended = openCrowd(2_500);
    nowMs = endsAtMs;
    watch.endExpired();
    expect(ended()).toBe(1_000);
    const late = open('late', 1500);
    watch.endExpired();
    clock.turn();
    expect(ended()).toBe(2_000);
    clock.turn();
    expect(ended()).toBe(2_500);
    nowMs = 1500;
    watch.endExpired();
    clock.turn();
    clock.turn();
    expect(late.closes).toMatchObject([{ code: 4401 }]);
    expect(failures).toEqual([]);
  });

  it('I6 take along all others where the end of one fails, which is tried again', () => {
    const ended = openCrowd(1_500);
    const close = layer.close.bind(layer);
    let calls = 0;
    layer.close = (...order) => {
      calls += 1;
      if (calls === 4 || calls === 1_201) throw new Error('as asked');
      return close(...order);
    };
    nowMs = endsAtMs;
    watch.endExpired();
    clock.turn();
    expect([ended(), failures.length]).toEqual([1_498, 2]);
    watch.endExpired();
    expect(ended()).toBe(1_500);
  });
});
