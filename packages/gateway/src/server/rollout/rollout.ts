import type { Provider } from '@openfeature/server-sdk';
import { type SessionLayer, type Stance, UsageError } from 'holdfast';
import type { GatewayFaults } from '../gateway-faults.ts';
import type { GatewayLog } from '../log/gateway-log.ts';
import { EnforceFlag } from './enforce-flag.ts';
import type { RollbackCause, Trigger } from './guard.ts';
import { describeCause, type RolloutMark, type RolloutStep, withStep } from './rollout-record.ts';

/** Where the rollout stands. */
export type Stage = 'observe' | 'partial' | 'everyone' | 'rolled-back';

/** Every stage, in the order of the walk. */
export const stages: readonly Stage[] = ['observe', 'partial', 'everyone', 'rolled-back'];

/** Where a mark is kept across restarts. */
export interface MarkFile {
  /** What was kept when it was opened; null where nothing was. */
  readonly kept: RolloutMark | null;
  /** @throws Error when it cannot be written */
  write(mark: RolloutMark): void;
}

/** What a rollout works with. */
export interface RolloutParts {
  readonly layer: Pick<SessionLayer, 'setEnforcement' | 'node'>;
  readonly log: GatewayLog;
  readonly faults: GatewayFaults;
  /** Ms since 1970. */
  readonly now: () => number;
  /** The percentage at the start; undefined where no rollout is asked for: everyone, and nobody guards it. */
  readonly percent: number | undefined;
  /** Sessions a user may hold after a roll-back. */
  readonly interimLimit: number;
  /** Null for our own. */
  readonly provider: Provider | null;
  /** Null where nothing is kept. */
  readonly file: MarkFile | null;
  /** Where nodes share their users, it is enforced for everyone: their store knows one limit for all. */
  readonly isShared: boolean;
}

/**
 * For whom limit and clean-up are enforced: observe, then a share of the users, then everyone.
 *
 * ```
 *  observe ──set──▶ partial ──set──▶ everyone        set: an operator, forward or back, any percentage
 *     ▲                │                │
 *     └──set 0── rolled-back ◀──back────┘            back: an operator or the guard; only an operator goes on from there
 * ```
 */
export class Rollout {
  readonly #parts: RolloutParts;
  readonly #flag: EnforceFlag;
  readonly rollbacks: Map<Trigger | 'operator', number> = new Map();
  #mark: RolloutMark = { percent: 100, isRolledBack: false, steps: [] };
  #isInUse: boolean;

  constructor(parts: RolloutParts) {
    this.#parts = parts;
    const { layer, provider, faults, percent } = parts;
    this.#flag = new EnforceFlag({
      domain: `holdfast-${layer.node}`,
      provider,
      onTrouble: (error) => faults.report('flags', error),
    });
    const kept = this.#goOn();
    this.#isInUse = percent !== undefined || provider !== null || kept !== null;
    this.#mark = kept ?? { ...this.#mark, percent: percent ?? 100 };
    if (kept?.isRolledBack === true) faults.hold('rollout', this.#lastWhy());
    if (this.#isInUse) this.#order();
  }

  get percent(): number {
    return this.#mark.percent;
  }

  get stage(): Stage {
    const { percent, isRolledBack } = this.#mark;
    if (isRolledBack) return 'rolled-back';
    if (percent === 0) return 'observe';
    return this.#isForAll ? 'everyone' : 'partial';
  }

  /** Whether there is anything to roll back, and somebody has asked for a rollout at all. */
  get isGuarded(): boolean {
    return this.#isInUse && this.percent > 0;
  }

  get steps(): readonly RolloutStep[] {
    return this.#mark.steps;
  }

  /** The name of the caller's provider; null where it goes by the percentage. */
  get providerName(): string | null {
    return this.#parts.provider === null ? null : this.#flag.providerName;
  }

  /** The limit of those who are only observed; null where nothing bounds them. */
  get interimLimit(): number | null {
    return this.#mark.isRolledBack ? this.#parts.interimLimit : null;
  }

  /** What is in force for this newcomer. A promise only where the flag has to be asked; it never rejects. */
  stanceOf(userId: string): Stance | Promise<Stance> {
    const { percent } = this;
    if (percent === 0) return 'observe';
    if (this.#isForAll) return 'enforce';
    return this.#flag.ask(userId, percent).then((isOn) => (isOn ? 'enforce' : 'observe'));
  }

  /**
   * Goes to this percentage, whatever was before. Ends what a roll-back has put up.
   *
   * @throws UsageError `bad-state` where nodes share their users
   */
  set(percent: number, why: string | null): void {
    this.#checkAlone();
    const { log, faults } = this.#parts;
    const step = this.#step({ by: 'operator', action: 'set', to: percent, why, cause: null });
    this.#isInUse = true;
    this.#take(step, { percent, isRolledBack: false });
    faults.clear('rollout');
    log.info('rolloutSet', `Rollout set to ${percent} %`, { from: step.from, percent, why });
  }

  /**
   * Nothing is enforced any more, for anybody, at once; up to the interim limit.
   *
   * @throws UsageError `bad-state` where nodes share their users
   */
  back(why: string | null): void {
    this.#checkAlone();
    this.#goBack(this.#step({ by: 'operator', action: 'back', to: 0, why, cause: null }));
    // Whoever ordered it knows.
    this.#parts.faults.clear('rollout');
  }

  /** The same, by the guard: health is degraded until an operator sets a percentage. */
  guardBack(cause: RollbackCause): void {
    const why = describeCause(cause);
    this.#goBack(this.#step({ by: 'guard', action: 'back', to: 0, why, cause }));
    this.#parts.faults.hold('rollout', why);
  }

  close(): void {
    this.#flag.close();
  }

  /** Without asking anybody: the caller's provider may leave users out at 100, too. */
  get #isForAll(): boolean {
    return this.percent === 100 && this.#parts.provider === null;
  }

  #checkAlone(): void {
    if (!this.#parts.isShared) return;
    throw new UsageError(
      'bad-state',
      'Expected a gateway without `--redis-url`: the limit of all nodes together cannot be observed only. Nothing was changed.',
    );
  }

  #step(about: Omit<RolloutStep, 'at' | 'from'>): RolloutStep {
    return { at: this.#parts.now(), from: this.percent, ...about };
  }

  #goBack(step: RolloutStep): void {
    const { log, interimLimit } = this.#parts;
    const by = step.cause?.trigger ?? 'operator';
    this.#isInUse = true;
    this.rollbacks.set(by, (this.rollbacks.get(by) ?? 0) + 1);
    this.#take(step, { percent: 0, isRolledBack: true });
    const fields = { from: step.from, by: step.by, why: step.why, interimLimit, ...step.cause };
    const level = step.by === 'guard' ? 'error' : 'warn';
    const msg = 'Rollout rolled back: nothing is enforced, up to the interim limit';
    log.write(level, 'rolledBack', { msg, fields });
  }

  #take(step: RolloutStep, place: Pick<RolloutMark, 'percent' | 'isRolledBack'>): void {
    this.#mark = withStep(this.#mark, step, place);
    this.#order();
    try {
      this.#parts.file?.write(this.#mark);
    } catch (error) {
      // What is in force is so without the file; only a restart would not know of it.
      this.#parts.faults.report('rollout-file', error);
    }
  }

  /** The layer goes by the word of each newcomer only where that differs from user to user. */
  #order(): void {
    const { percent, interimLimit } = this;
    const on = percent === 0 ? 'nobody' : this.#isForAll ? 'everyone' : 'named';
    this.#parts.layer.setEnforcement({ on, interimLimit });
  }

  #goOn(): RolloutMark | null {
    const { file, log } = this.#parts;
    const kept = file?.kept ?? null;
    if (kept === null) return null;
    const { percent, isRolledBack } = kept;
    log.info('rolloutKept', 'The rollout goes on where it was', { percent, isRolledBack });
    return kept;
  }

  #lastWhy(): string {
    return this.steps[0]?.why ?? 'Rolled back before the last restart.';
  }
}
