import type { ExpectedFailure } from './expected-failure.ts';

/** What Socket.IO fails as it comes. */
export const socketIoFailures: readonly ExpectedFailure[] = [
  {
    scenario: 'limits/rapid-connection-creation-triggers-emergency-cleanup',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'limits/manager-limit-refusal-is-honest',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'limits/quiet-sessions-live',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'limits/far-away-sessions-live',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'limits/refused-attempts-harm-nobody',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'multi-user/ten-users-with-all-their-managers-at-the-limit',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'load/managers-created-faster-than-the-clean-up-interval',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'race/connects-at-the-same-moment',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'race/connects-and-closes-in-a-storm',
    because: 'I1: there is no limit per user.',
  },
  {
    scenario: 'race/two-sockets-with-one-ticket',
    because:
      'I7: while the server believes in the old connection, the one that comes back is a new session beside it.',
  },
  {
    scenario: 'resume/cut-in-the-middle-of-a-stream',
    because:
      'I4: after a half-open connection the state is not recovered, since the server has not noticed a disconnect.',
  },
  {
    scenario: 'resume/a-half-open-session-is-superseded',
    because:
      'I4: after a half-open connection the state is not recovered, since the server has not noticed a disconnect.',
  },
  {
    scenario: 'resume/a-position-needs-no-ticket',
    because: 'I4: without its private id nothing is recovered.',
  },
  {
    scenario: 'resume/queued-for-an-absent-user',
    because: 'I4: nothing is kept for who is not there.',
  },
  {
    scenario: 'resume/a-restart-is-told',
    because: 'I4: nothing that is lost is told to its client.',
  },
];
