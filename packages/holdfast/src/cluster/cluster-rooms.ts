import { errorText } from '../core/error-text.ts';
import type { SessionOptions, Settings } from '../core/options.ts';
import type { Clock } from '../sessions/clock.ts';
import type { SessionCodec } from '../sessions/codec.ts';
import { SessionLayer } from '../sessions/session-layer.ts';
import type { StoreMessage } from '../sessions/store/cluster-store.ts';
import { Broadcasting } from './broadcasting.ts';
import type { ClusterNodeParts } from './cluster-node.ts';
import { ClusterDesk } from './desk.ts';
import { Directory } from './directory.ts';
import { GenerationBlocks } from './generation-blocks.ts';
import { LapsedRows } from './lapsed-rows.ts';
import { Membership } from './membership.ts';
import { Post } from './post.ts';
import { Publishing } from './publishing.ts';
import { logTermsOf, RecordMirrors } from './record-mirrors.ts';
import { RemoteReceipts } from './remote-receipts.ts';
import { Repairs } from './repairs.ts';
import { Revoking } from './revoking.ts';
import { Scouting } from './scouting.ts';
import { SlotLedger } from './slot-ledger.ts';
import { StoreGuard } from './store-guard.ts';

/** What the rooms of a node stand on. */
export interface ClusterGround {
  readonly settings: Settings;
  readonly options: SessionOptions;
  readonly clock: Clock;
  readonly name: string;
  readonly codec: SessionCodec;
}

/** All rooms of a cluster node. */
export interface ClusterRooms {
  readonly layer: SessionLayer;
  readonly guard: StoreGuard;
  readonly membership: () => Membership;
  readonly desk: ClusterDesk;
  readonly publishing: Publishing;
  readonly broadcasting: Broadcasting;
  readonly directory: Directory;
  readonly revoking: Revoking;
  readonly repairs: Repairs;
  readonly ledger: SlotLedger;
  /** Ends what runs by itself, gives the lease up, and lets the store go. */
  readonly close: () => Promise<void>;
}

/** An act that was not answered by then has failed: what a newcomer waits for it stays within half a second. */
const actTimeoutMs = 400;
const mostUnderWay = 10_000;
/** Sessions of a node generation: see `generationSeconds`. */
const block = 2 ** 25;
/** Newcomers turned away because the store is away come back within this time, spread over it, milliseconds. */
const retry = { leastMs: 1_000, mostMs: 5_000 };

/** Joins, and builds the rooms. Rejects with StoreError, and throws UsageError for options that are none. */
export async function buildClusterRooms(
  ground: ClusterGround,
  parts: ClusterNodeParts,
): Promise<ClusterRooms> {
  const { settings, options, clock, codec, name } = ground;
  const { store, url = '', onStoreFailure = 'local', random = Math.random } = parts;
  const card = { name, url, isDraining: false };
  const joined = await store.join(card);
  const terms = logTermsOf(settings);
  const rooms = {} as { -readonly [Key in keyof ClusterRooms]: ClusterRooms[Key] };
  const layer = (): SessionLayer => rooms.layer;
  const doubt = (userId: string): void => rooms.repairs.doubt(userId);
  const failed = (error: unknown): void => rooms.layer.reportFault('store', error);
  const isKept = onStoreFailure === 'local';
  const retryMs = (): number =>
    Math.round(retry.leastMs + random() * (retry.mostMs - retry.leastMs));

  const guard = new StoreGuard(store, clock, {
    terms: { timeoutMs: actTimeoutMs, mostUnderWay },
    watch: {
      away: (error) => {
        rooms.layer.cluster.holdFault('store', error);
        rooms.layer.cluster.tell({ type: 'storeAway', error: errorText(error) });
      },
      back: (awayMs) => {
        rooms.layer.cluster.faultIsOver('store');
        rooms.layer.cluster.tell({ type: 'storeBack', awayMs });
        rooms.repairs.doubtAll(isKept);
      },
    },
  });
  const members = { current: null as Membership | null };
  const membership = (): Membership => members.current as Membership;
  const carry = (to: number, text: string): Promise<boolean> =>
    guard.ask((asked) => asked.post(to, membership().generation, text));
  const post = new Post(clock, carry, failed);
  const common = { guard, clock, codec, layer, membership, post, terms, settings };
  const ledger = new SlotLedger({ ...common, keepMs: terms.keepMs, onDoubt: doubt });
  const isAwaited = (userId: string): boolean => rooms.desk.waiting(userId) > 0;
  const mirrors = new RecordMirrors({ ...common, isAwaited, onDoubt: doubt });
  const seat = {
    firstGeneration: joined.generation * block,
    ticketKey: joined.ticketKey,
    link: ledger,
  };
  rooms.layer = new SessionLayer(options, { ...parts, clock, codec, node: name, cluster: seat });
  const listener = {
    heard: (message: StoreMessage) => hear(rooms, { post, mirrors }, message),
    connected: () => {
      rooms.repairs.doubtAll(false);
      void rooms.revoking.readAll();
    },
    disconnected: failed,
  };
  const lapsed = new LapsedRows({ ...common, onFailed: failed });
  const blocks = new GenerationBlocks({ guard, layer, size: block, onFailed: failed });
  members.current = new Membership(
    {
      guard,
      clock,
      listener,
      duties: {
        failed,
        rejoined: (wasStoreAway) => {
          const { generation } = membership();
          rooms.layer.cluster.tell({ type: 'joined', generation, isAnew: true });
          rooms.broadcasting.rejoined();
          rooms.repairs.doubtAll(wasStoreAway && isKept);
          rooms.repairs.turn();
        },
        renewed: () => {
          rooms.repairs.turn();
          rooms.broadcasting.look();
          blocks.look();
          void lapsed.turn();
        },
      },
    },
    card,
    joined,
  );
  const coming = (userId: string): readonly number[] => rooms.desk.coming(userId);
  const isOurs = (userId: string, session: number): boolean => rooms.desk.isOurs(userId, session);
  rooms.repairs = new Repairs({
    ...common,
    mirrors,
    coming,
    retryMs,
    onRepaired: (repair) => rooms.layer.cluster.tell({ type: 'repaired', ...repair }),
  });
  const repair = (userId: string): Promise<void> => rooms.repairs.assert(userId);
  const scouting = new Scouting({ ...common, isOurs, repair }, settings.probeTimeoutMs);
  const repairs = (): Repairs => rooms.repairs;
  const door = { mirrors, scouting, ledger, repairs, onStoreFailure, retryMs };
  rooms.desk = new ClusterDesk({ ...common, ...door });
  const receipts = new RemoteReceipts({
    ...common,
    onSettled: ({ eventId, ...asked }, outcome) => {
      const named = eventId === null ? {} : { id: eventId };
      rooms.layer.cluster.tellReceipt({ ...asked, ...named, outcome });
    },
  });
  rooms.publishing = new Publishing({ ...common, receipts });
  rooms.broadcasting = new Broadcasting({ ...common, onDoubt: doubt });
  rooms.directory = new Directory({ ...common, drain: () => parts.onDrainAsked?.() });
  const onRevoked = parts.onRevoked ?? ((): void => {});
  rooms.revoking = new Revoking({ ...common, onRevoked, onFailed: failed });
  rooms.layer.subscribe((event) => {
    if (event.type !== 'receiptSettled' || event.outcome !== 'delivered') return;
    if (event.node !== undefined) receipts.tellDelivered(event.node, event.user, event);
  });
  rooms.guard = guard;
  rooms.membership = membership;
  rooms.ledger = ledger;
  rooms.close = async () => {
    receipts.close();
    await membership().leave().catch(failed);
    await store.close();
  };
  await store.listen(joined.generation, listener);
  rooms.layer.cluster.tell({ type: 'joined', generation: joined.generation, isAnew: false });
  return rooms;
}

/** What the store has to say. */
function hear(
  { layer, desk }: Pick<ClusterRooms, 'layer' | 'desk'>,
  { post, mirrors }: { readonly post: Post; readonly mirrors: RecordMirrors },
  message: StoreMessage,
): void {
  switch (message.type) {
    case 'appended':
      mirrors.appended(message);
      break;
    case 'restarted':
      mirrors.restarted(message.user, message.record);
      break;
    case 'replaced':
      layer.cluster.closeFor(message.user, message.session, { cause: message.cause });
      break;
    case 'freed':
      desk.freed(message.user);
      break;
    case 'posted':
      post.heard(message.from, message.text);
      break;
  }
}
