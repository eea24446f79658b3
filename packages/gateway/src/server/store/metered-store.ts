import type { ClusterStore } from 'holdfast/cluster';

/** Told of every act that was answered or has failed, and how long that took, ms. */
export type ActListener = (act: string, tookMs: number, isOk: boolean) => void;

/** What is about the connection, and no act. */
type Link = 'listen' | 'close';
type Act = Exclude<keyof ClusterStore, Link>;

const counted: Readonly<Record<Act, true>> = {
  join: true,
  takeGeneration: true,
  renew: true,
  leave: true,
  admit: true,
  release: true,
  reserve: true,
  confirm: true,
  assertRows: true,
  append: true,
  delivered: true,
  read: true,
  restart: true,
  stateOf: true,
  setLimit: true,
  claimMessage: true,
  settleMessage: true,
  nextBroadcast: true,
  revoke: true,
  revocations: true,
  sweep: true,
  forget: true,
  post: true,
};

/** The acts of a store by name. A closed list: it is a metric label. */
export const meteredActs: readonly string[] = Object.keys(counted);

type AnyAct = (...about: unknown[]) => Promise<unknown>;

/** The same store; every act that comes back is told. */
export function meterStore(
  store: ClusterStore,
  onAct: ActListener,
  now: () => number,
): ClusterStore {
  const meter = (act: string): AnyAct => {
    return async (...about) => {
      const startedAt = now();
      let isOk = false;
      try {
        const answer = await Reflect.apply(store[act as Act] as AnyAct, store, about);
        isOk = true;
        return answer;
      } finally {
        onAct(act, now() - startedAt, isOk);
      }
    };
  };
  const acts = Object.fromEntries(meteredActs.map((act) => [act, meter(act)] as const));
  return {
    ...(acts as unknown as Pick<ClusterStore, Act>),
    listen: (node, listener) => store.listen(node, listener),
    close: () => store.close(),
  };
}
