export { MemoryStore } from '../stores/memory/memory-store.ts';
export {
  directLink,
  type LinkEnd,
  type MemoryStoreLink,
} from '../stores/memory/memory-store-link.ts';
export {
  MemoryStoreServer,
  type MemoryStoreOptions,
  type StoreSnapshot,
} from '../stores/memory/memory-store-server.ts';
export {
  type ClusterFaultKind,
  clusterFaultKinds,
} from './cluster-simulation/cluster-scenario.ts';
export {
  clusterReplayCommand,
  type ClusterSimulationOptions,
  type ClusterSimulationResult,
  replayCluster,
  simulateCluster,
} from './cluster-simulator.ts';
export { type FakePeer, FakeSocket } from './fake-socket.ts';
export { type Fault, type FaultDirection, FaultLink } from './fault-link.ts';
export { faultPlan, type FaultPlanOptions, type PlannedKind } from './fault-plan.ts';
export { findFreePort } from './free-port.ts';
export { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
export { ManualClock } from './manual-clock.ts';
export { maskedFrame, opcodes, type RawFrame, RawPeer, type RawPeerOptions } from './raw-peer.ts';
export { hasRedis, RedisServer, type RedisStart } from './redis-server.ts';
export { checkLinearizable } from './linearizability/check-linearizable.ts';
export type {
  LinearizabilityVerdict,
  Operation,
  SequentialSpec,
} from './linearizability/operation.ts';
export { SlotRecorder } from './linearizability/slot-recorder.ts';
export {
  type SlotInput,
  type SlotOutput,
  slotsSpec,
  type SlotState,
} from './linearizability/slots-spec.ts';
export {
  type FailedAct,
  SimulatedStoreLink,
  type SimulatedStoreLinkOptions,
} from './simulated-store-link.ts';
export { SeededRandom } from './seeded-random.ts';
export {
  RecordingOwner,
  socketContract,
  type SocketContractCase,
  type SocketPair,
} from './socket-contract.ts';
export { type FaultKind, faultKinds } from './simulation/scenario.ts';
export type { CaseWait, StoreBench, StoreContractCase } from './store-contract/bench.ts';
export { storeContract } from './store-contract/store-contract.ts';
export {
  type StreamAct,
  streamActs,
  type StreamStep,
  storeStream,
} from './store-streams/command.ts';
export type { StreamAccount, StreamLine } from './store-streams/account.ts';
export type { Plain } from './store-streams/plain.ts';
export { compareStores, playStream } from './store-streams/play-stream.ts';
export type { Violation } from './simulation/verdict.ts';
export {
  replay,
  replayCommand,
  simulate,
  type SimulationOptions,
  type SimulationResult,
} from './simulator.ts';
