import { addHost } from './cluster-simulation/cluster-fault-acts.ts';
import { ClusterPlay } from './cluster-simulation/cluster-play.ts';
import { type ClusterFaultKind, clusterFaultKinds } from './cluster-simulation/cluster-scenario.ts';
import { ClusterStage } from './cluster-simulation/cluster-stage.ts';
import { countingRows } from './cluster-simulation/check-rows.ts';
import { hear } from './cluster-simulation/hear.ts';
import { witnessOf } from './cluster-simulation/store-witness.ts';
import { checkEnd } from './cluster-simulation/check-end.ts';
import { checkQuiet } from './cluster-simulation/check-quiet.ts';
import type { Violation } from './simulation/verdict.ts';

/** What to simulate. */
export interface ClusterSimulationOptions {
  /** Decides everything: how many nodes, who does what and when, what fails. */
  readonly seed: number;
  /** Stretches of trouble, each followed by one of quiet. */
  readonly rounds: number;
  /** What may fail; everything, if absent. */
  readonly faults?: readonly ClusterFaultKind[];
  /** Given every line of what happens. */
  readonly trace?: (line: string) => void;
}

/** What came of a run. */
export interface ClusterSimulationResult {
  readonly seed: number;
  readonly rounds: number;
  /** The first invariant that did not hold; null when all of them did. */
  readonly violation: Violation | null;
  /** Callbacks of all loops. */
  readonly steps: number;
  readonly counts: Readonly<Record<string, number>>;
}

const startMs = 2_500;
const roundMs = 16_000;

/**
 * Runs a cluster of two to four nodes on one store, with clients, publishers and operators, through failures of the store, of
 * the network and of the nodes, and checks the invariants. The same seed always gives the same run.
 */
export async function simulateCluster(
  options: ClusterSimulationOptions,
): Promise<ClusterSimulationResult> {
  const { seed, rounds, faults = clusterFaultKinds, trace } = options;
  const note = trace === undefined ? () => {} : (line: () => string) => trace(line());
  const stage = new ClusterStage(seed, {
    kinds: faults,
    note,
    duties: (on) => ({
      witness: witnessOf(on),
      hear: (host, event) => hear(on, host, event),
      around: countingRows(on),
    }),
  });
  for (let turn = 0; turn < stage.scenario.nodes; turn += 1) addHost(stage);
  stage.isQuiet = true;
  const play = new ClusterPlay(stage);
  await play.pass(startMs);
  stage.isQuiet = false;
  for (let round = 0; round < rounds && !play.isOver; round += 1) {
    await play.pass(roundMs);
    await checkQuiet(stage, play);
  }
  if (!play.isOver) await checkEnd(stage, play);
  const { violation } = stage.verdict;
  return { seed, rounds, violation, steps: stage.world.steps, counts: stage.counts };
}

/** The one command that runs this again, with every line of what happens. */
export function clusterReplayCommand({
  seed,
  rounds,
}: Pick<ClusterSimulationResult, 'seed' | 'rounds'>): string {
  return `npm run simulate -- --nodes --seed ${seed} --rounds ${rounds}`;
}

const lastLines = 60;

/** Runs a simulation that failed once more and tells what led to it, and how to run it again; empty if it does not fail. */
export async function replayCluster(options: ClusterSimulationOptions): Promise<string> {
  const lines: string[] = [];
  const { violation, seed, rounds } = await simulateCluster({
    ...options,
    trace: (line) => {
      lines.push(line);
      if (lines.length > lastLines) lines.shift();
    },
  });
  if (violation === null) return '';
  const at = (violation.atMs / 1000).toFixed(3);
  return [
    `${violation.invariant} does not hold at ${at} s of seed ${seed}: ${violation.message}`,
    'what led to it:',
    ...lines.map((line) => `  ${line}`),
    `run it again: ${clusterReplayCommand({ seed, rounds })}`,
  ].join('\n');
}
