import type { DeathCause } from '../core/death.ts';
import { type EnforcementOrder, isEnforced, isFact, type Stance } from '../core/enforcement.ts';
import { checkLimit } from '../core/options.ts';
import { describeValue, UsageError } from '../core/usage-error.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

const scopes: readonly unknown[] = ['everyone', 'named', 'nobody'];

/** For whom limit and clean-up are in force now: one order for all, and each user's newest word on it. */
export class Enforcement {
  readonly #registry: Registry;
  #order: EnforcementOrder = { on: 'named', interimLimit: null };

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  get order(): EnforcementOrder {
    return this.#order;
  }

  /** @throws UsageError `bad-option` or `bad-limit` */
  set({ on, interimLimit }: EnforcementOrder): void {
    if (!scopes.includes(on)) {
      throw new UsageError(
        'bad-option',
        `Expected \`on\` to be one of ${scopes.join(', ')}, got ${describeValue(on)}.`,
        ['on'],
      );
    }
    if (interimLimit !== null) checkLimit(interimLimit);
    this.#order = { on, interimLimit };
  }

  /** Whether a newcomer of this stance is only observed. */
  isObserved(stance: Stance): boolean {
    return !isEnforced(this.#order, stance);
  }

  /** Whether this session is ended when it is dead of this cause. The newest session of its user has the say. */
  endsDead({ userId, stance }: Session, cause: DeathCause): boolean {
    if (isFact(cause)) return true;
    const newest = this.#registry.of(userId).at(-1);
    return isEnforced(this.#order, newest?.stance ?? stance);
  }
}
