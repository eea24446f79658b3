import type { SessionLayer } from '../sessions/session-layer.ts';
import type { StoreGuard } from './store-guard.ts';

/** What numbers are drawn with. */
export interface BlockParts {
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  /** How many sessions one generation of the store is good for. */
  readonly size: number;
  readonly onFailed: (error: unknown) => void;
}

/** Sees to it that the sessions of a node that lives for long never run out of numbers that are theirs alone. */
export class GenerationBlocks {
  readonly #parts: BlockParts;
  #isAsking = false;

  constructor(parts: BlockParts) {
    this.#parts = parts;
  }

  /** With each heartbeat: takes another block when half of this one is used. */
  look(): void {
    const { guard, layer, size, onFailed } = this.#parts;
    if (this.#isAsking || layer().cluster.lastGeneration % size < size / 2) return;
    this.#isAsking = true;
    guard
      .ask((store) => store.takeGeneration())
      .then((taken) => layer().cluster.skipGenerationsTo(taken * size), onFailed)
      .finally(() => {
        this.#isAsking = false;
      });
  }
}
