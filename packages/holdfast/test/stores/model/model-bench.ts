import type { StoreBench } from 'holdfast/testing';
import { ModelStore } from './model-store.ts';
import { Model } from './model.ts';

/** Opens a bench on the model. */
export function openModelBench(): StoreBench {
  const model = new Model();
  return {
    leaseMs: Number.POSITIVE_INFINITY,
    connect: async () => new ModelStore(model),
    advance: async (ms) => {
      model.now += ms;
    },
    settle: async () => {},
    wipe: async () => {
      throw new Error('Expected no case to wipe the model.');
    },
    close: async () => {},
  };
}
