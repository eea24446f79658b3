import type { Session } from '../../sessions/session.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { placeEvent } from './check-delivery.ts';
import { waitFor } from './check-receipts.ts';
import { makeReceiptTruth } from './receipt-truth.ts';
import { drawUser, type Stage } from './stage.ts';
import type { Announced, UserTruth } from './user-truth.ts';

/** One event for a user, or for one session of it. */
export function publishOne(stage: Stage): void {
  const user = drawUser(stage);
  if (user === undefined) return;
  const session = stage.random.chance(0.1)
    ? stage.random.pick(stage.layer.sessionsOf(user.id))
    : undefined;
  publish(stage, user, session);
}

/** A burst of events for a user. */
export function publishMuch(stage: Stage): void {
  const user = drawUser(stage);
  if (user === undefined) return;
  const many = stage.random.between(5, 60);
  for (let count = 0; count < many; count += 1) publish(stage, user, undefined);
}

function publish(stage: Stage, user: UserTruth, session: Session | undefined): void {
  const { layer, random, clock } = stage;
  const tracking = drawTracking(random);
  const event = announce(stage, {
    userId: user.id,
    onlyFor: session?.lineage ?? null,
    size: drawSize(random.next()),
    isTracked: tracking !== null,
  });
  const { announced } = event;
  stage.publishing.push(announced);
  const id = `e${event.number}`;
  const input = { event: 'e', data: event.data, critical: tracking?.critical === true };
  const ttl = tracking?.ttlMs === undefined ? {} : { ttlMs: tracking.ttlMs };
  const options = { id, ...ttl, ...(session === undefined ? {} : { session: session.id }) };
  const { waitMs } = tracking ?? {};
  if (waitMs !== undefined)
    waitFor(stage, announced, () => layer.publishAndWait(user.id, input, { ...options, waitMs }));
  const published = layer.publish(user.id, input, options);
  if (announced.receipt !== null && tracking?.ttlMs !== undefined)
    announced.receipt.endsAt = clock.nowMs() + tracking.ttlMs;
  hasReturned(stage, announced);
  user.busyAt = clock.nowMs();
  const isTooLarge = announced.approximateBytes > stage.settings.historyBytes * 0.95;
  if (published.outcome === 'overflow') {
    checkNotKept(stage, announced, isTooLarge);
    return;
  }
  placeEvent(stage, user, { event: announced, offset: published.offset });
  if (!random.chance(0.05)) return;
  const again = layer.publish(user.id, input, { id });
  const isKnown =
    again.offset === published.offset || stage.settings.historyEvents < 100 || isTooLarge;
  stage.verdict.expect(isKnown, 'I4', () => `event ${announced.number} was published twice`);
  if (again.offset !== published.offset)
    stage.verdict.expect(again.outcome === 'queued', 'I4', () => 'an event was kept and not kept');
}

function checkNotKept({ verdict }: Stage, announced: Announced, isTooLarge: boolean): void {
  const { number, approximateBytes } = announced;
  announced.receipt = null;
  verdict.expect(
    isTooLarge,
    'I4',
    () => `event ${number} of ${approximateBytes} bytes was not kept`,
  );
}

/** How its publisher wants to know what becomes of an event. */
interface Tracking {
  readonly critical?: boolean;
  readonly ttlMs?: number;
  readonly waitMs?: number;
}

/** Null for most events: nobody wants to know. */
function drawTracking(random: SeededRandom): Tracking | null {
  const draw = random.next();
  if (draw < 0.6) return null;
  if (draw < 0.75) return { critical: true };
  if (draw < 0.9) return { ttlMs: 1 + random.waitMs(10_000), critical: random.chance(0.5) };
  const waitMs = random.waitMs(5_000);
  return random.chance(0.3) ? { waitMs, ttlMs: 1 + random.waitMs(5_000) } : { waitMs };
}

function hasReturned({ publishing }: Stage, announced: Announced): void {
  publishing.splice(publishing.indexOf(announced), 1);
}

function drawSize(draw: number): number {
  if (draw < 0.95) return Math.floor(draw * 200);
  return draw < 0.995 ? 2_000 : 20_000;
}

interface Announcement {
  readonly announced: Announced;
  readonly number: number;
  readonly data: { readonly n: number; readonly u: string | null; readonly pad: string };
}

function announce(
  stage: Stage,
  about: { userId: string | null; onlyFor: number | null; size: number; isTracked: boolean },
): Announcement {
  const number = stage.announced.size + 1;
  const { userId, onlyFor, size, isTracked } = about;
  const receipt = isTracked ? makeReceiptTruth(number) : null;
  const announced = { number, userId, onlyFor, approximateBytes: size + 125, receipt };
  stage.announced.set(number, announced);
  return { announced, number, data: { n: number, u: userId, pad: 'x'.repeat(size) } };
}

/** One event for everybody who is there. */
export function broadcast(stage: Stage): void {
  if (!stage.scenario.hasBroadcasts) return;
  const { announced, data } = announce(stage, {
    userId: null,
    onlyFor: null,
    size: stage.random.between(0, 300),
    isTracked: false,
  });
  stage.promises += 1;
  stage.publishing.push(announced);
  for (const user of stage.users) {
    if (user.openCount === 0) continue;
    user.busyAt = stage.clock.nowMs();
    user.unseen.add(announced);
  }
  void stage.layer.broadcast({ event: 'b', data }).then(({ users }) => {
    stage.promises -= 1;
    hasReturned(stage, announced);
    stage.verdict.expect(
      users <= stage.users.length,
      'I8',
      () => `broadcast ${announced.number} went to ${users} users`,
    );
  });
}
