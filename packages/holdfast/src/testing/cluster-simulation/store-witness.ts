import { watchReplaced } from './check-replaced.ts';
import type { ClusterStage } from './cluster-stage.ts';
import type { StoreWitness } from './watched-store.ts';

function holdersOf({ data }: ClusterStage, user: string): number[] {
  const rows = [...(data.users.get(user)?.rows.values() ?? [])];
  return rows.flatMap(({ session, node }) => (node === 0 ? [] : [session]));
}

/** Sees what the store does, at the instant at which it does it. */
export function witnessOf(stage: ClusterStage): StoreWitness {
  return {
    appended: ({ user, entry }, { outcome, epoch, offset, sessions }) => {
      if (outcome !== 'appended') return;
      stage.placedCount += 1;
      const number = /"n":(\d+)/.exec(entry.body)?.[1];
      stage.note(() => `the store puts event ${number} of ${user} at ${offset}`);
      stage.userOf(user).records.place(epoch, offset, {
        number: number === undefined ? null : Number(number),
        onlyFor: entry.onlyFor,
        holders: sessions > 0 ? holdersOf(stage, user) : [],
        at: stage.world.now,
        order: stage.placedCount,
        isLost: false,
      });
    },
    exchanging: () => {
      stage.isExcused = true;
    },
    forcing: () => {
      stage.isExcused = true;
    },
    asked: (act, link) => watchReplaced(stage, act, link),
    noting: (line) => stage.note(line),
  };
}
