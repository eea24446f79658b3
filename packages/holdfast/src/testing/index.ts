export { type FakePeer, FakeSocket } from './fake-socket.ts';
export { ManualClock } from './manual-clock.ts';
