import type { PlayedScenario } from '../scenarios/outcome.ts';

/** Which command made it. */
export type EvidenceKind = 'verify' | 'load' | 'soak' | 'compare';

/** What was under proof. */
export interface EvidenceTarget {
  readonly name: string;
  /** Null where it was started for the proof. */
  readonly url: string | null;
  readonly environment: string | null;
}

/** Values over time, all of them as they were measured. */
export interface Series {
  /** Such as `resident-memory`. */
  readonly name: string;
  readonly unit: string;
  /** Pairs of milliseconds since the start of the run, and the value. */
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

/** Raw measurements of one thing, in the order in which they were taken. */
export interface RawSamples {
  /** Such as `connect`. */
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
}

/** Something that was done to the target or came of it, for the timeline of a run. */
export interface TimelineMark {
  readonly atMs: number;
  readonly kind: 'fault' | 'note';
  readonly what: string;
}

/**
 * What one run of the proof kit saw: `evidence.json` of its folder. Every number a report or a gate tells is computed from
 * the raw values in it; it holds no percentile and no total.
 */
export interface Evidence {
  readonly format: 'holdfast-evidence/1';
  readonly kind: EvidenceKind;
  /** The commit of the checkout that ran, null outside of one; `+` at its end where files were changed. */
  readonly commit: string | null;
  /** Of the proof kit. */
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** False where the run was interrupted, or stopped at its first failure. */
  readonly isComplete: boolean;
  readonly target: EvidenceTarget;
  /** What the command was given. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  readonly machine: { readonly node: string; readonly platform: string; readonly cpus: number };
  /** Names of the scenarios that the command was to play, each as often as it was to be: what is missing among `scenarios` was not. */
  readonly planned: readonly string[];
  readonly scenarios: readonly PlayedScenario[];
  readonly samples: readonly RawSamples[];
  readonly series: readonly Series[];
  readonly marks: readonly TimelineMark[];
}

/** Evidence as it is written: with what tells whether it was altered. */
export interface SealedEvidence extends Evidence {
  /** SHA-256 of the canonical JSON of everything else, the signature among it; hexadecimal. */
  readonly digest: string;
  /** HMAC-SHA-256 with the evidence key of the canonical JSON of the evidence itself, hexadecimal; null without a key. */
  readonly signature: string | null;
}
