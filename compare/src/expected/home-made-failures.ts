import type { ExpectedFailure } from './expected-failure.ts';

/** What the home-made manager fails that refuses at the limit. */
export const denyFailures: readonly ExpectedFailure[] = [
  {
    scenario: 'limits/six-managers-for-one-user-pass-the-limit-by-clean-up',
    because:
      'FM-16: the limit is checked at once, the dead are found by the next two rounds of pings.',
  },
  {
    scenario: 'limits/rapid-connection-creation-triggers-emergency-cleanup',
    because:
      'FM-16: the limit is checked at once, the dead are found by the next two rounds of pings.',
  },
  {
    scenario: 'limits/frozen-sessions-yield',
    because: 'FM-42: it takes 30 to 60 seconds until a peer that does not answer is cut.',
  },
  {
    scenario: 'limits/late-sessions-yield-at-once',
    because: 'FM-42: it takes 30 to 60 seconds until a peer that does not answer is cut.',
  },
  {
    scenario: 'limits/half-open-sessions-yield',
    because: 'FM-42: it takes 30 to 60 seconds until a peer that does not answer is cut.',
  },
  {
    scenario: 'limits/as-many-as-the-limit-return-at-once',
    because: 'FM-42: it takes 30 to 60 seconds until a peer that does not answer is cut.',
  },
  {
    scenario: 'limits/many-users-return-over-ghosts',
    because: 'FM-42: it takes 30 to 60 seconds until a peer that does not answer is cut.',
  },
  {
    scenario: 'limits/an-end-of-any-kind-frees-the-slot',
    because:
      'C5: a client that sends a close frame and keeps its connection holds its place until `ws` cuts it, 30 s later.',
  },
  {
    scenario: 'load/managers-created-faster-than-the-clean-up-interval',
    because: 'FM-16: only the ping loop frees the places of the abandoned.',
  },
  {
    scenario: 'race/connects-and-closes-in-a-storm',
    because:
      'FM-16: a place is free when the connection has ended, a moment after its client was told so; whoever is back sooner is refused.',
    isByChance: true,
  },
  {
    scenario: 'race/two-sockets-with-one-ticket',
    because:
      'I3: there is nothing to come back with, so nobody takes the place of its old connection.',
  },
  {
    scenario: 'resume/cut-in-the-middle-of-a-stream',
    because: 'I4: nothing that was sent is kept.',
  },
  {
    scenario: 'resume/a-half-open-session-is-superseded',
    because: 'FM-42: the old connection is not known to be gone, and holds its place.',
  },
  {
    scenario: 'resume/a-position-needs-no-ticket',
    because: 'I4: nothing that was sent is kept.',
  },
  {
    scenario: 'resume/queued-for-an-absent-user',
    because: 'I4: nothing is kept for who is not there.',
  },
  {
    scenario: 'resume/a-restart-is-told',
    because: 'I4: nothing that is lost is told to its client.',
  },
  {
    scenario: 'security/hostile-frames-end-only-their-sender',
    because:
      'D4: frames it does not know are the application’s, and nobody says that they are wrong.',
  },
];

/** What the home-made manager fails that ends the oldest. */
export const evictFailures: readonly ExpectedFailure[] = [
  {
    scenario: 'limits/six-managers-for-one-user-pass-the-limit-by-clean-up',
    because: 'FM-45: the oldest is ended, dead or alive.',
    isByChance: true,
  },
  {
    scenario: 'limits/manager-limit-refusal-is-honest',
    because: 'FM-45: nobody is refused, a living session is ended instead.',
  },
  {
    scenario: 'limits/an-end-of-any-kind-frees-the-slot',
    because:
      'C5: a client that sends a close frame and keeps its connection holds its place until `ws` cuts it, 30 s later.',
  },
  {
    scenario: 'limits/quiet-sessions-live',
    because: 'FM-45: the oldest is ended, and the oldest is alive.',
  },
  {
    scenario: 'limits/far-away-sessions-live',
    because: 'FM-45: the oldest is ended, and the oldest is alive.',
  },
  {
    scenario: 'limits/refused-attempts-harm-nobody',
    because: 'FM-29: twenty newcomers end five sessions and each other.',
  },
  {
    scenario: 'limits/slow-readers-live',
    because: 'FM-45: the oldest is ended, and the oldest is alive.',
  },
  {
    scenario: 'multi-user/ten-users-with-all-their-managers-at-the-limit',
    because: 'FM-45: nobody is refused, a living session is ended instead.',
  },
  {
    scenario: 'race/connects-at-the-same-moment',
    because: 'FM-29: each that gets in ends one before it.',
  },
  {
    scenario: 'race/connects-and-closes-in-a-storm',
    because: 'FM-45: sessions end that were not closed by their clients.',
    isByChance: true,
  },
  {
    scenario: 'race/two-sockets-with-one-ticket',
    because: 'I3: there is nothing to come back with: two more connections end two others.',
  },
  {
    scenario: 'race/clients-that-leave-during-the-upgrade',
    because: 'FM-45: clients that are gone at once have ended those who stay.',
  },
  {
    scenario: 'resume/cut-in-the-middle-of-a-stream',
    because: 'I4: nothing that was sent is kept.',
  },
  {
    scenario: 'resume/a-half-open-session-is-superseded',
    because: 'I4: nothing that was sent is kept.',
  },
  {
    scenario: 'resume/a-position-needs-no-ticket',
    because: 'I4: nothing that was sent is kept.',
  },
  {
    scenario: 'resume/queued-for-an-absent-user',
    because: 'I4: nothing is kept for who is not there.',
  },
  {
    scenario: 'resume/a-restart-is-told',
    because: 'I4: nothing that is lost is told to its client.',
  },
  {
    scenario: 'security/hostile-frames-end-only-their-sender',
    because:
      'D4: frames it does not know are the application’s, and nobody says that they are wrong.',
  },
];
