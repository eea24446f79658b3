import { errorText } from '../core/error-text.ts';
import type { SessionOptions, Settings } from '../core/options.ts';
import type { Clock } from '../sessions/clock.ts';
import type { SessionCodec } from '../sessions/codec.ts';
import { SessionLayer } from '../sessions/session-layer.ts';
import type { LogTerms } from '../sessions/store/acts.ts';
import type { Roster, StoreListener, StoreMessage } from '../sessions/store/cluster-store.ts';
import { Asking } from './asking.ts';
import { Broadcasting } from './broadcasting.ts';
import type { ClusterNodeParts } from './cluster-parts.ts';
import { ClusterDesk } from './desk.ts';
import { Directory } from './directory.ts';
import { Farewells } from './farewells.ts';
import { GenerationBlocks } from './generation-blocks.ts';
import { LapsedRows } from './lapsed-rows.ts';
import { OwnRows } from './own-rows.ts';
import { OwnLimits } from './own-limits.ts';
import { Membership, type MembershipDuties } from './membership.ts';
import { claimMessages } from './message-claims.ts';
import { Post } from './post.ts';
import { Publishing } from './publishing.ts';
import { Questions } from './questions.ts';
import { logTermsOf, RecordMirrors } from './record-mirrors.ts';
import { RemoteReceipts } from './remote-receipts.ts';
import { Repairs } from './repairs.ts';
import { Revoking } from './revoking.ts';
import { Scouting } from './scouting.ts';
import { Seating } from './seating.ts';
import { SlotLedger } from './slot-ledger.ts';
import { StoreGuard, type StoreWatch } from './store-guard.ts';

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
  readonly membership: Membership;
  readonly post: Post;
  readonly mirrors: RecordMirrors;
  readonly desk: ClusterDesk;
  readonly receipts: RemoteReceipts;
  readonly publishing: Publishing;
  readonly broadcasting: Broadcasting;
  readonly directory: Directory;
  readonly questions: Questions;
  readonly limits: OwnLimits;
  readonly revoking: Revoking;
  readonly repairs: Repairs;
  readonly lapsed: LapsedRows;
  readonly ownRows: OwnRows;
  readonly blocks: GenerationBlocks;
  readonly ledger: SlotLedger;
}

type Joined = Roster & { readonly generation: number };
type Building = { -readonly [Room in keyof ClusterRooms]: ClusterRooms[Room] };

/** What every room is given. What looks up does so when it is asked: the rooms stand by then. */
interface Common extends Omit<ClusterGround, 'options' | 'name'> {
  readonly guard: StoreGuard;
  readonly post: Post;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly terms: LogTerms;
  readonly onDoubt: (userId: string) => void;
  readonly onFailed: (error: unknown) => void;
  readonly retryMs: () => number;
}

/** An act that was not answered by then has failed: what a newcomer waits for it stays within half a second. */
const actTimeoutMs = 400;
const mostUnderWay = 10_000;
/** Sessions of a node generation: see `generationSeconds`. */
const block = 2 ** 20;
/** Newcomers turned away because the store is away come back within this time, spread over it, milliseconds. */
const retry = { leastMs: 1_000, mostMs: 5_000 };

/** Joins, and builds the rooms. Rejects with StoreError, and throws UsageError for options that are none. */
export async function buildClusterRooms(
  ground: ClusterGround,
  parts: ClusterNodeParts,
): Promise<ClusterRooms> {
  const card = { name: ground.name, url: parts.url ?? '', isDraining: false };
  const joined = await parts.store.join(card);
  const rooms = {} as Building;
  const common = layGround(rooms, ground, parts);
  seatLayer(rooms, { ground, parts, joined, common });
  buildCare(rooms, common, parts);
  buildFlow(rooms, common, parts);
  const listener = listenerOf(rooms);
  const duties = dutiesOf(rooms);
  rooms.membership = new Membership({ ...common, listener, duties }, card, joined);
  rooms.broadcasting = new Broadcasting(common);
  const { generation } = joined;
  await parts.store.listen(generation, listener).catch(async (error: unknown) => {
    rooms.membership.stop();
    await rooms.layer.shutdown();
    throw error;
  });
  rooms.layer.cluster.tell({ type: 'joined', generation, isAnew: false });
  return rooms;
}

function layGround(rooms: Building, ground: ClusterGround, parts: ClusterNodeParts): Common {
  const { settings, clock, codec } = ground;
  const { random = Math.random } = parts;
  const watch = watchOf(rooms);
  const terms = { timeoutMs: actTimeoutMs, mostUnderWay };
  rooms.guard = new StoreGuard(parts.store, clock, { terms, watch });
  const onFailed = (error: unknown): void => rooms.layer.reportFault('store', error);
  const carry = (to: number, text: string): Promise<boolean> =>
    rooms.guard.ask((store) => store.post(to, rooms.membership.generation, text));
  rooms.post = new Post(clock, carry, onFailed);
  return {
    settings,
    clock,
    codec,
    guard: rooms.guard,
    post: rooms.post,
    layer: () => rooms.layer,
    membership: () => rooms.membership,
    terms: logTermsOf(settings),
    onDoubt: (userId) => rooms.repairs.doubt(userId),
    onFailed,
    retryMs: () => Math.round(retry.leastMs + random() * (retry.mostMs - retry.leastMs)),
  };
}

function seatLayer(
  rooms: Building,
  about: {
    readonly ground: ClusterGround;
    readonly parts: ClusterNodeParts;
    readonly joined: Joined;
    readonly common: Common;
  },
): void {
  const { ground, parts, joined, common } = about;
  const { options, clock, codec, name: node } = ground;
  rooms.ledger = new SlotLedger({ ...common, keepMs: common.terms.keepMs });
  const firstGeneration = joined.generation * block;
  const messages = claimMessages({ ...common, keepMs: common.terms.keepMs });
  const { ticketKey } = joined;
  const cluster = { firstGeneration, ticketKey, link: rooms.ledger, messages };
  rooms.layer = new SessionLayer(options, { ...parts, clock, codec, node, cluster });
  rooms.layer.subscribe((event) => {
    if (event.type !== 'receiptSettled' || event.outcome !== 'delivered') return;
    if (event.node !== undefined) rooms.receipts.tellDelivered(event.node, event.user, event);
  });
}

/** Who gets in, and whether the store knows it. */
function buildCare(rooms: Building, common: Common, parts: ClusterNodeParts): void {
  const { onStoreFailure = 'local' } = parts;
  const isAwaited = (userId: string): boolean => rooms.desk.waiting(userId) > 0;
  const mirrors = new RecordMirrors({ ...common, isAwaited });
  rooms.mirrors = mirrors;
  rooms.repairs = new Repairs({
    ...common,
    mirrors,
    isExcessKept: onStoreFailure === 'local',
    coming: (userId) => rooms.desk.coming(userId),
    onRepaired: (repair) => rooms.layer.cluster.tell({ type: 'repaired', ...repair }),
  });
  const scouting = new Scouting({
    ...common,
    isOurs: (userId, session) => rooms.desk.isOurs(userId, session),
    repair: (userId) => rooms.repairs.assert(userId),
  });
  const { ledger, repairs } = rooms;
  const farewells = new Farewells(common);
  const onReplaced = (userId: string, session: number): void =>
    rooms.desk.replaced(userId, session);
  const seating = new Seating({ ...common, mirrors, ledger, farewells, onReplaced });
  const asking = new Asking({ ...common, scouting, farewells });
  const helpers = { mirrors, scouting, asking, seating, farewells, repairs };
  rooms.desk = new ClusterDesk({ ...common, ...helpers, onStoreFailure });
  rooms.lapsed = new LapsedRows(common);
  rooms.ownRows = new OwnRows({ ...common, repair: (userId) => rooms.repairs.assert(userId) });
  rooms.blocks = new GenerationBlocks({ ...common, size: block });
}

/** What is published, looked at and ordered over all nodes. */
function buildFlow(rooms: Building, common: Common, parts: ClusterNodeParts): void {
  rooms.receipts = new RemoteReceipts({
    ...common,
    onSettled: ({ eventId, ...asked }, outcome) => {
      const named = eventId === null ? {} : { id: eventId };
      rooms.layer.cluster.tellReceipt({ ...asked, ...named, outcome });
    },
  });
  rooms.publishing = new Publishing({ ...common, receipts: rooms.receipts });
  const waiting = (userId: string): number =>
    rooms.desk.waiting(userId) + rooms.layer.waiting(userId);
  rooms.directory = new Directory({ ...common, waiting });
  rooms.questions = new Questions(common, parts.answering ?? {});
  rooms.limits = new OwnLimits(common);
  const { onRevoked = (): readonly string[] => [] } = parts;
  rooms.revoking = new Revoking({ ...common, onRevoked });
}

function watchOf(rooms: Building): StoreWatch {
  return {
    away: (error) => {
      rooms.layer.cluster.holdFault('store', error);
      rooms.layer.cluster.tell({ type: 'storeAway', error: errorText(error) });
    },
    back: (awayMs) => {
      rooms.layer.cluster.faultIsOver('store');
      rooms.layer.cluster.tell({ type: 'storeBack', awayMs });
      rooms.mirrors.doubtAll();
      rooms.repairs.doubtAll();
      rooms.ownRows.doubt();
    },
  };
}

function dutiesOf(rooms: Building): MembershipDuties {
  return {
    failed: (error) => rooms.layer.reportFault('store', error),
    rejoined: (hasLapsed) => {
      const { generation } = rooms.membership;
      rooms.layer.cluster.tell({ type: 'joined', generation, isAnew: true });
      rooms.broadcasting.rejoined();
      if (hasLapsed) rooms.repairs.yieldAll();
      else rooms.repairs.doubtAll();
      rooms.repairs.turn();
    },
    renewed: () => {
      rooms.repairs.turn();
      rooms.broadcasting.look();
      rooms.blocks.look();
      void rooms.lapsed.turn();
      void rooms.ownRows.turn();
    },
  };
}

function listenerOf(rooms: Building): StoreListener {
  return {
    heard: (message) => hear(rooms, message),
    connected: () => {
      rooms.mirrors.doubtAll();
      rooms.repairs.doubtAll();
      rooms.ownRows.doubt();
      void rooms.revoking.readAll();
    },
    disconnected: (error) => {
      rooms.mirrors.doubtAll();
      rooms.layer.reportFault('store', error);
    },
  };
}

/** What the store has to say. */
function hear(rooms: ClusterRooms, message: StoreMessage): void {
  const { layer, desk, ledger, mirrors, post, repairs } = rooms;
  switch (message.type) {
    case 'appended':
      mirrors.appended(message);
      break;
    case 'restarted':
      mirrors.heardRestart(message.user, message.record);
      break;
    case 'replaced':
      layer.cluster.closeFor(message.user, message.session, { cause: message.cause });
      desk.replaced(message.user, message.session);
      if (repairs.isAsserting(message.user)) ledger.release(message.user, message.session);
      break;
    case 'freed':
      desk.freed(message.user);
      break;
    case 'posted':
      post.heard(message.from, message.text);
      break;
  }
}
