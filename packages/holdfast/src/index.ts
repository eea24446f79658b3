export { type BlockingSession } from './core/admission.ts';
export { type BackoffPolicy, backoffCeilingMs, backoffMs } from './core/backoff.ts';
export { type DeathCause, type TransportState } from './core/death.ts';
export { type EnforcementOrder, type Stance } from './core/enforcement.ts';
export {
  type DetectedEnvironment,
  detectEnvironment,
  type Environment,
  sweepIntervalMs,
} from './core/environment.ts';
export { Histogram } from './core/histogram.ts';
export type { SessionState } from './core/lifecycle.ts';
export {
  checkLimit,
  defaultSettings,
  type LimitPolicy,
  resolveSettings,
  type SessionOptions,
  type Settings,
  type SlowPolicy,
} from './core/options.ts';
export { type RateLimit, type RateVerdict } from './core/rate.ts';
export { UsageError, type UsageErrorCode } from './core/usage-error.ts';
export {
  type ClientAdvice,
  type CloseCause,
  closeCauses,
  closeReason,
  type CloseRow,
  type EndedBy,
  type RefusalReason,
  type SessionEnd,
} from './protocol/close-causes.ts';
export type { EventInput } from './protocol/event-frame.ts';
export {
  type AcceptedFrame,
  type ClientFrame,
  type DrainFrame,
  type ErrorFrame,
  type GapFrame,
  type GapReason,
  type LimitFrame,
  type ListedSession,
  type ReadyFrame,
  type RefreshedFrame,
  type ResumeVerdict,
  type ServerFrame,
  subprotocol,
} from './protocol/frames.ts';
export { payloadsOf, textFrame } from './sessions/text-frame.ts';
export type {
  Admission,
  OpenOutcome,
  OpenRequest,
  PendingOpen,
  Refusal,
} from './sessions/open-request.ts';
export type { BroadcastOutcome } from './sessions/broadcaster.ts';
export { type Clock, systemClock, type TimerHandle } from './sessions/clock.ts';
export type { CloseOrder, CloseUserOptions } from './sessions/close-order.ts';
export { holdfastCodec, type SessionCodec } from './sessions/codec.ts';
export { ConnectRates } from './sessions/connect-rates.ts';
export type { DrainOptions } from './sessions/drain.ts';
export type { SessionListener } from './sessions/event-stream.ts';
export type { StandingFault } from './sessions/faults.ts';
export type { Counts, Gauges } from './sessions/gauges.ts';
export type { Tallied } from './sessions/tally.ts';
export type { Health } from './sessions/health.ts';
export {
  type ClientMessage,
  HookTimeoutError,
  type MessageRefusal,
  type RefreshedToken,
  type SessionHooks,
  type UndeliveredEvent,
} from './sessions/hooks.ts';
export type {
  Published,
  PublishOptions,
  PublishWait,
  Receipted,
} from './sessions/publisher.ts';
export type { ReceiptOutcome, UndeliveredReason } from './sessions/receipt.ts';
export type { ResumeRequest } from './sessions/resumption.ts';
export type { Session } from './sessions/session.ts';
export type {
  AskingEnd,
  Closed,
  EvictionPolicy,
  Fault,
  FaultPlace,
  LossReason,
  Opened,
  Refused,
  SessionEvent,
} from './sessions/session-event.ts';
export { SessionLayer, type SessionLayerParts } from './sessions/session-layer.ts';
export {
  type ListOptions,
  listSessions,
  type PlacedView,
  type SessionList,
  sortKeys,
  type SortOrder,
} from './sessions/session-list.ts';
export type { SessionView } from './sessions/session-view.ts';
export {
  type EndSign,
  nobody,
  type SendOutcome,
  type SessionSocket,
  type SocketOwner,
} from './sessions/socket.ts';
export type { SweepHealth } from './sessions/sweep.ts';
export type { ReapReport } from './sessions/sweep-run.ts';
export { type LogLevel, type LogLine, logLineOf } from './telemetry/log-line.ts';
export { Metrics } from './telemetry/metrics.ts';
export {
  type Latency,
  readSeedStats,
  type SeedStats,
  surveySeedStats,
} from './telemetry/seed-stats.ts';
