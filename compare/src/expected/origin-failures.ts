import type { ExpectedFailure } from './expected-failure.ts';

/** What the port of the origin fails. */
export const originFailures: readonly ExpectedFailure[] = [
  {
    scenario: 'limits/six-managers-for-one-user-pass-the-limit-by-clean-up',
    because: 'FM-31: who was sent something within ten seconds is kept, dead or not.',
  },
  {
    scenario: 'limits/manager-limit-clean-up-is-counted-and-logged',
    because: 'FM-31: the clean-up finds nobody to remove, so there is nothing to count.',
  },
  {
    scenario: 'limits/rapid-connection-creation-triggers-emergency-cleanup',
    because: 'FM-01: a disconnect frees no slot, and FM-31: none is free for ten seconds.',
  },
  {
    scenario: 'limits/manager-limit-refusal-is-honest',
    because: 'FM-01: a slot that its client has left stays taken.',
  },
  {
    scenario: 'limits/reloads-never-reach-the-limit',
    because: 'FM-01: five reloads within ten seconds use up the limit.',
  },
  {
    scenario: 'limits/frozen-sessions-yield',
    because: 'FM-31: the dead keep their places for ten seconds.',
  },
  {
    scenario: 'limits/late-sessions-yield-at-once',
    because: 'FM-31: no peer is asked, so none can be late.',
  },
  {
    scenario: 'limits/half-open-sessions-yield',
    because: 'FM-42: half-open connections are not looked for.',
  },
  {
    scenario: 'limits/as-many-as-the-limit-return-at-once',
    because: 'FM-31: the dead keep their places for ten seconds.',
  },
  {
    scenario: 'limits/many-users-return-over-ghosts',
    because: 'FM-31: the dead keep their places for ten seconds.',
  },
  {
    scenario: 'limits/an-end-of-any-kind-frees-the-slot',
    because: 'FM-01, FM-02: the manager is looked for under ids made anew, and not found.',
  },
  {
    scenario: 'limits/a-killed-client-frees-its-slots',
    because: 'FM-01, FM-02: the manager is looked for under ids made anew, and not found.',
  },
  {
    scenario: 'limits/quiet-sessions-live',
    because: 'FM-31: after ten quiet seconds the living are removed, and the newcomer gets in.',
  },
  {
    scenario: 'load/fifty-users-with-all-their-managers',
    because:
      'FM-01: only where a first try was too slow and its managers, which have left, still hold their slots.',
    isByChance: true,
  },
  {
    scenario: 'load/managers-created-faster-than-the-clean-up-interval',
    because: 'FM-01: who leaves and comes back finds its own old managers in the way.',
  },
  {
    scenario: 'load/concurrent-manager-creation-and-clean-up',
    because: 'FM-01: those who have left are still counted.',
  },
  {
    scenario: 'race/connects-at-the-same-moment',
    because: 'FM-01: the slots are not free again afterwards.',
  },
  {
    scenario: 'race/connects-and-closes-in-a-storm',
    because: 'FM-01: the slots are not free again afterwards.',
  },
  {
    scenario: 'race/a-close-meets-a-reap',
    because: 'FM-01: the slots are not free again afterwards.',
  },
  {
    scenario: 'race/two-sockets-with-one-ticket',
    because:
      'FM-75: there is nothing to come back with, so nobody takes the place of its old connection.',
  },
  {
    scenario: 'race/clients-that-leave-during-the-upgrade',
    because: 'FM-05: the manager is registered first, and stays when its client is gone.',
  },
  {
    scenario: 'environment/clean-up-runs-at-the-interval-of-the-environment',
    because: 'FM-59: nothing starts the sweep before the first connection.',
  },
  {
    scenario: 'environment/is-detected-from-variables',
    because: 'FM-64: one variable is looked at, and not the others.',
  },
  {
    scenario: 'environment/monitoring-numbers-are-there-and-move',
    because: 'FM-61: a sweep that fails is logged and not counted.',
  },
  {
    scenario: 'environment/background-clean-up-starts-in-a-container',
    because: 'FM-59: nothing starts the sweep before the first connection.',
  },
  {
    scenario: 'resume/cut-in-the-middle-of-a-stream',
    because:
      'FM-77, FM-76: what a broken connection did not take is gone, and what is queued is never sent.',
  },
  {
    scenario: 'resume/a-half-open-session-is-superseded',
    because: 'FM-42: the old connection is not known to be gone, and holds its place.',
  },
  {
    scenario: 'resume/a-position-needs-no-ticket',
    because: 'FM-76: what is queued is never sent.',
  },
  {
    scenario: 'resume/queued-for-an-absent-user',
    because: 'FM-76: what is queued is never sent.',
  },
  {
    scenario: 'resume/a-restart-is-told',
    because: 'FM-79: nothing that is lost is told to its client.',
  },
  {
    scenario: 'security/odd-user-ids-count-apart',
    because: 'FM-01: who has left is still counted.',
  },
  {
    scenario: 'security/hostile-frames-end-only-their-sender',
    because:
      'FM-01: the slots of those that were ended are not free again. It also takes frames it does not know for the application’s.',
  },
  {
    scenario: 'security/attackers-at-the-door',
    because:
      'FM-01: a client that connects, leaves and connects again is refused after the fifth time.',
  },
];
