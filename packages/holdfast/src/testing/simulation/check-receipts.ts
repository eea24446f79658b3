import type { UndeliveredEvent } from '../../sessions/hooks.ts';
import type { Receipted } from '../../sessions/publisher.ts';
import type { ReceiptOutcome } from '../../sessions/receipt.ts';
import type { SessionEvent } from '../../sessions/session-event.ts';
import { placeEvent } from './check-delivery.ts';
import { isOutOfUse, isPushedOut } from './pushed-out.ts';
import type { ReceiptTruth } from './receipt-truth.ts';
import { isTight } from './scenario.ts';
import type { SessionTruth } from './session-truth.ts';
import { type Stage, userOf } from './stage.ts';
import type { Announced, UserTruth } from './user-truth.ts';

type Settled = Extract<SessionEvent, { readonly type: 'receiptSettled' }>;

/** I4: a receipt is settled once, and by what is true. */
export function checkSettled(stage: Stage, { user: userId, offset, outcome }: Settled): void {
  const { verdict } = stage;
  const user = userOf(stage, userId);
  const receipt = user.receiptAt.get(offset);
  const isFirst = receipt?.outcome === null;
  verdict.expect(
    isFirst,
    'I4',
    () => `${userId} ${offset} was ${receipt?.outcome}, now ${outcome}`,
  );
  if (receipt === undefined) return;
  receipt.outcome = outcome;
  checkAnswered(stage, receipt);
  if (outcome === 'delivered') checkDelivered(stage, receipt);
  else checkUndelivered(stage, { user, offset, receipt, outcome });
}

/** Somebody who had read it has said so, one way or another. */
function checkDelivered({ verdict, confirmed }: Stage, { number }: ReceiptTruth): void {
  verdict.expect(
    confirmed.has(number),
    'I4',
    () => `event ${number} is said to be delivered, and no client has confirmed it`,
  );
}

interface Undelivered {
  readonly user: UserTruth;
  readonly offset: number;
  readonly receipt: ReceiptTruth;
  readonly outcome: Exclude<ReceiptOutcome, 'delivered'>;
}

/** Nobody who was written it is left, and there is the reason that is told. */
function checkUndelivered(stage: Stage, { user, offset, receipt, outcome }: Undelivered): void {
  const { verdict, sessions, clock, settings } = stage;
  const holder = [...sessions.values()].find(({ tracked }) => tracked.has(receipt));
  const { number, endsAt } = receipt;
  verdict.expect(
    holder === undefined,
    'I4',
    () => `event ${number} is said to be ${outcome}, and ${holder?.id} can still confirm it`,
  );
  const hasBegunAnew = user.mayBeginAnew || offset <= user.prehistoryTo;
  const isLogOver = hasBegunAnew || stage.isDraining || isTight(settings);
  const isTrue =
    outcome === 'expired'
      ? clock.nowMs() >= endsAt || isLogOver || isOutOfUse(stage, user, offset)
      : isPushedOut(stage, user, offset);
  verdict.expect(
    isTrue,
    'I4',
    () => `event ${number} at ${offset} of ${user.id} is said to be ${outcome}, and is not`,
  );
}

/** The hook of the application is told of an event. */
export function checkHook(stage: Stage, { user, offset, reason }: UndeliveredEvent): void {
  const receipt = userOf(stage, user).receiptAt.get(offset);
  const isNew = receipt?.outcome === reason && !receipt.isHookTold;
  stage.verdict.expect(isNew, 'I4', () => `the hook was told ${reason} of ${user} ${offset} amiss`);
  if (receipt !== undefined) receipt.isHookTold = true;
}

/** Somebody publishes an event and waits for what becomes of it. */
export function waitFor(
  stage: Stage,
  { user, event }: { readonly user: UserTruth; readonly event: Announced },
  publish: () => Promise<Receipted>,
): void {
  const { number } = event;
  stage.promises += 1;
  stage.waits.add(number);
  void publish().then(({ outcome, offset }) => {
    const { receipt } = event;
    stage.promises -= 1;
    stage.waits.delete(number);
    if (receipt === null) return;
    placeEvent(stage, user, { event, offset });
    const isKnown = receipt.outcome === null || receipt.outcome === outcome;
    stage.verdict.expect(
      isKnown,
      'I4',
      () => `whoever waited for event ${number}, ${receipt.outcome}, was told ${outcome}`,
    );
    if (outcome !== 'queued') receipt.answered = outcome;
  });
}

function checkAnswered({ verdict }: Stage, { answered, outcome, number }: ReceiptTruth): void {
  verdict.expect(
    answered === null || answered === outcome,
    'I4',
    () => `whoever waited for event ${number}, ${outcome}, was told ${answered}`,
  );
}

/** I4: whatever was written to a client that reads and answers has been confirmed. */
export function checkConfirmed({ verdict }: Stage, { id, tracked }: SessionTruth): void {
  const open = [...tracked].find(({ outcome }) => outcome === null);
  verdict.expect(
    open === undefined,
    'I4',
    () => `${id} was written event ${open?.number} and answers; its receipt is not settled`,
  );
}

/** I4: with everybody gone, it is known of every event what became of it, and nobody waits. */
export function checkAllSettled({ users, verdict, scenario, waits }: Stage): void {
  const receipts = users.flatMap(({ receiptAt }) => [...receiptAt.values()]);
  const open = receipts.find(({ outcome }) => outcome === null);
  verdict.expect(
    open === undefined,
    'I4',
    () => `the receipt of ${open?.number} was never settled`,
  );
  const untold = receipts.find(
    ({ outcome, isHookTold }) => scenario.hasHooks && isHookTold !== (outcome !== 'delivered'),
  );
  verdict.expect(untold === undefined, 'I4', () => `the hook was not told of ${untold?.number}`);
  verdict.expect(waits.size === 0, 'I5', () => `${waits.size} still wait for an event`);
}
