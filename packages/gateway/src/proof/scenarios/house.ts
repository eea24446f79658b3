import { CallMissing, type Deployment } from '../deployment.ts';
import type { Surroundings } from '../processes/surroundings.ts';
import type { Scenario } from './scenario.ts';
import type { StartDeployment } from './stage.ts';

/** What a run is held against: one target, or gateways started for it. */
export type Grounds =
  | { readonly target: Deployment; readonly environment: string | null }
  /** `start` brings up a gateway with these flags, beside those every one of the run has. */
  | { readonly start: StartDeployment; readonly environment: string };

/** Finds each scenario the deployment it needs: the target, or a gateway that was started with its flags. */
export class House {
  readonly #grounds: Grounds;
  /** The gateway of the scenarios under way, and the flags it has. */
  #current: { readonly flags: string; readonly deployment: Deployment } | null = null;

  constructor(grounds: Grounds) {
    this.#grounds = grounds;
  }

  /** Null where the scenario needs flags and the target was not started for the proof. */
  async findFor({ flags = [], needsHost = false }: Scenario): Promise<Deployment | null> {
    if ('target' in this.#grounds) return flags.length > 0 ? null : this.#grounds.target;
    const key = flags.join(' ');
    const current = this.#current;
    if (current?.flags === key && current.deployment.host?.isAlive === true)
      return current.deployment;
    await this.clear();
    const deployment = await this.#grounds.start(flags);
    // What acts on the process may leave it changed: the next scenario has another one.
    this.#current = { flags: needsHost ? '(used up)' : key, deployment };
    return deployment;
  }

  /** Another gateway. @throws CallMissing where the target was not started for the proof */
  async startOther(flags: readonly string[], surroundings?: Surroundings): Promise<Deployment> {
    if ('start' in this.#grounds) return await this.#grounds.start(flags, surroundings);
    throw new CallMissing('gateway to start beside it');
  }

  /** Stops the gateway of the scenarios under way. */
  async clear(): Promise<void> {
    const { deployment } = this.#current ?? { deployment: null };
    this.#current = null;
    await deployment?.host?.stop();
  }
}
