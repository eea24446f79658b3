export { type FakePeer, FakeSocket } from './fake-socket.ts';
export { ManualClock } from './manual-clock.ts';
export { maskedFrame, opcodes, type RawFrame, RawPeer, type RawPeerOptions } from './raw-peer.ts';
export {
  RecordingOwner,
  socketContract,
  type SocketContractCase,
  type SocketPair,
} from './socket-contract.ts';
