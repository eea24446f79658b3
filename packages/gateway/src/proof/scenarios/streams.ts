import { demand } from '../finding.ts';
import type { ProofClient, ReceivedEvent } from '../dialer.ts';
import type { Stage } from './stage.ts';

/** Publishes numbers, from `first` up, as events. */
export async function publishNumbers(
  stage: Stage,
  user: string,
  { first = 0, count }: { readonly first?: number; readonly count: number },
): Promise<void> {
  for (let number = first; number < first + count; number += 1)
    await stage.deployment.desk.publish(user, { event: 'number', data: number });
}

/** What a client was to get. */
export interface Wanted {
  readonly numbers: readonly number[];
  /** What was done before. */
  readonly after: string;
  /** How long to wait for what is missing. Default: 5 s. */
  readonly withinMs?: number;
}

/** The numbers from `first` up. */
export function numbersFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

/** The client gets these numbers, once each and in order, and no others. @throws Finding */
export async function demandNumbers(
  stage: Stage,
  client: ProofClient,
  wanted: Wanted,
): Promise<void> {
  const { numbers, withinMs = 5_000 } = wanted;
  await client.until(() => hasNumber(client, numbers.at(-1)), withinMs);
  judgeNumbers(stage, client.received, { ...wanted, isGapTold: client.gaps.length > 0 });
}

/** Whether a client has got this number, by which all before it were written. */
export function hasNumber({ received }: ProofClient, number: number | undefined): boolean {
  return received.some(({ data }) => data === number);
}

/** The same for what was received over several connections. Keeps `lost events` and `repeated events`. @throws Finding */
export function judgeNumbers(
  stage: Stage,
  received: readonly ReceivedEvent[],
  { numbers, after, isGapTold }: Wanted & { readonly isGapTold: boolean },
): void {
  const got = received.map(({ data }) => data);
  const known = new Set(got);
  const lost = numbers.filter((number) => !known.has(number)).length;
  const repeated = got.length - known.size;
  stage.sample('lost events', lost, 'events');
  stage.sample('repeated events', repeated, 'events');
  const told = isGapTold ? 'though the target said so' : 'and nothing was said of it';
  demand(lost === 0, {
    expected: `all ${numbers.length} events after ${after}`,
    got: `${numbers.length - lost}, ${told}`,
    cause: isGapTold
      ? 'Events were lost though there was room to keep them.'
      : 'Events were lost without a word.',
  });
  demand(repeated === 0, {
    expected: `every event once after ${after}`,
    got: `${repeated} of them again`,
    cause: 'Events were delivered twice.',
  });
  const isInOrder = got.length === numbers.length && got.every((data, at) => data === numbers[at]);
  demand(isInOrder, {
    expected: `the events ${numbers[0]} to ${numbers.at(-1)} in order after ${after}`,
    got: got.slice(0, 50).join(' '),
    cause: 'Events came out of order, or others than the user’s own.',
  });
}
