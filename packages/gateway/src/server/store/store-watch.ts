import { Histogram, type SessionEvent } from 'holdfast';
import type { StoreError } from 'holdfast/cluster';
import type { Observation } from '../observation.ts';

/** A try to join the other nodes that has failed. */
export interface FailedTry {
  readonly attempt: number;
  /** When the next one is, ms. */
  readonly retryMs: number;
  /** The address, without what is secret in it. */
  readonly store: string;
}

/** What this process has to do with its store, as counts, lines and faults. Without a store nothing is ever counted. */
export class StoreWatch {
  /** How often each act came back, and how often it had failed. */
  readonly acts: Map<string, number> = new Map();
  readonly actFailures: Map<string, number> = new Map();
  readonly actDurations: Histogram = new Histogram();
  #settings = '';
  readonly #observation: Pick<Observation, 'log' | 'faults'>;

  constructor(observation: Pick<Observation, 'log' | 'faults'>) {
    this.#observation = observation;
  }

  /** An act was answered, or failed. */
  noteAct(act: string, tookMs: number, isOk: boolean): void {
    this.acts.set(act, (this.acts.get(act) ?? 0) + 1);
    if (!isOk) this.actFailures.set(act, (this.actFailures.get(act) ?? 0) + 1);
    this.actDurations.record(tookMs);
  }

  /** The store could not be joined at the start. */
  noteMissing({ kind, message }: StoreError, failed: FailedTry): void {
    const { log, faults } = this.#observation;
    faults.hold('store', `${kind}: ${message}`);
    const text = `The store does not answer: tried again in ${failed.retryMs} ms`;
    log.error('storeMissing', text, { ...failed, kind, error: message });
  }

  noteJoined(): void {
    this.#observation.faults.clear('store');
  }

  /** What is wrong with the settings of the store now; said when it changes. */
  noteSettings(warnings: readonly string[]): void {
    const text = warnings.join(' ');
    if (text === this.#settings) return;
    this.#settings = text;
    const { log, faults } = this.#observation;
    for (const warning of warnings) log.warn('storeSettings', warning);
    if (text === '') faults.clear('store-settings');
    else faults.hold('store-settings', text);
  }

  /** Hears the events of this node. */
  readonly hear = (event: SessionEvent): void => {
    if (event.type !== 'joined' || !event.isAnew) return;
    const { faults } = this.#observation;
    faults.report('lease', `The lease was over; generation ${event.generation} is the new one.`);
  };
}
