import type { Published } from '../../sessions/publisher.ts';
import type { Session } from '../../sessions/session.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { placeEvent } from './check-delivery.ts';
import { waitFor } from './check-receipts.ts';
import { isPushedOut } from './pushed-out.ts';
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

/** Publishes an event to a user and checks what is answered. */
export function publish(stage: Stage, user: UserTruth, session: Session | undefined): void {
  const { random, clock } = stage;
  const tracking = drawTracking(random);
  const event = announce(stage, {
    userId: user.id,
    onlyFor: session?.lineage ?? null,
    size: drawSize(random.next()),
    isTracked: tracking !== null,
  });
  const { announced } = event;
  stage.publishing.push(announced);
  const published = hand(stage, event, { user, session, tracking });
  if (announced.receipt !== null && tracking?.ttlMs !== undefined)
    announced.receipt.endsAt = clock.nowMs() + tracking.ttlMs;
  hasReturned(stage, announced);
  if (published.outcome === 'overflow') {
    checkNotKept(stage, { user, event: announced, isWaitedFor: tracking?.waitMs !== undefined });
    return;
  }
  // What is not kept does not keep the log.
  user.busyAt = clock.nowMs();
  placeEvent(stage, user, { event: announced, offset: published.offset });
  if (random.chance(0.05)) checkRepeated(stage, user, { event, offset: published.offset });
}

/**
 * Hands it to the layer, and finds where it is. Whoever waits for it is told that too late to follow what is written
 * meanwhile; so it is asked for by its name. What others published in the middle of the call may have pushed it out
 * again: then it is asked for with an event that no log can hold, so that nothing can be published in its place.
 */
function hand(
  stage: Stage,
  { announced, number, data }: Announcement,
  about: { user: UserTruth; session: Session | undefined; tracking: Tracking | null },
): Published {
  const { layer, settings } = stage;
  const { critical = false, ttlMs, waitMs } = about.tracking ?? {};
  const { user, session } = about;
  const input = { event: 'e', data, critical };
  const options = {
    id: `e${number}`,
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(session === undefined ? {} : { session: session.id }),
  };
  if (waitMs === undefined) return layer.publish(user.id, input, options);
  waitFor(stage, { user, event: announced }, () =>
    layer.publishAndWait(user.id, input, { ...options, waitMs }),
  );
  const mayBeGone = stage.announced.size > number;
  const again = mayBeGone ? { event: 'e', data: 'x'.repeat(settings.historyBytes) } : input;
  return layer.publish(user.id, again, options);
}

/**
 * It is too large; or somebody waits for it, and what others published in the middle of that call has pushed it out. Where
 * it was, whoever waits is told before anybody is told what became of it.
 */
function checkNotKept(
  stage: Stage,
  { user, event, isWaitedFor }: { user: UserTruth; event: Announced; isWaitedFor: boolean },
): void {
  const { number, approximateBytes } = event;
  if (isTooLarge(stage, event)) {
    event.receipt = null;
    return;
  }
  stage.verdict.expect(
    isWaitedFor && stage.announced.size > number,
    'I4',
    () => `event ${number} of ${approximateBytes} bytes was not kept`,
  );
  if (!user.offsetOf.has(number)) user.unseen.add(event);
}

/** Another event of the same name is not published, while the first one is in the log. */
function checkRepeated(
  stage: Stage,
  user: UserTruth,
  { event, offset }: { event: Announcement; offset: number },
): void {
  const { layer, verdict, publishing } = stage;
  const { pad } = event.data;
  const about = { userId: user.id, onlyFor: null, size: pad.length, isTracked: false };
  const { announced, data } = announce(stage, about);
  publishing.push(announced);
  const again = layer.publish(user.id, { event: 'e', data }, { id: `e${event.number}` });
  hasReturned(stage, announced);
  if (again.offset === offset) return;
  verdict.expect(
    isPushedOut(stage, user, offset),
    'I4',
    () => `event ${event.number} was published twice`,
  );
  verdict.expect(again.outcome === 'queued', 'I4', () => 'an event was kept and not kept');
  placeEvent(stage, user, { event: announced, offset: again.offset });
}

function isTooLarge({ settings }: Stage, { approximateBytes }: Announced): boolean {
  return approximateBytes > settings.historyBytes * 0.95;
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
  const approximateBytes = size + 125;
  const publishedAt = stage.clock.nowMs();
  const announced = { number, userId, onlyFor, approximateBytes, publishedAt, receipt };
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
