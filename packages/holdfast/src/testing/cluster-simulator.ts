import { addHost } from './cluster-simulation/cluster-fault-acts.ts';
import { ClusterPlay } from './cluster-simulation/cluster-play.ts';
import { type ClusterFaultKind, clusterFaultKinds } from './cluster-simulation/cluster-scenario.ts';
import { ClusterStage } from './cluster-simulation/cluster-stage.ts';
import { countingRows } from './cluster-simulation/check-rows.ts';
import { hear } from './cluster-simulation/hear.ts';
import { witnessOf } from './cluster-simulation/store-witness.ts';
import { checkEnd } from './cluster-simulation/check-end.ts';
import { checkQuiet } from './cluster-simulation/check-quiet.ts';
import {
  noteTo,
  playStretches,
  type RunOptions,
  type RunResult,
  tellAgain,
} from './simulated-run.ts';

/** What to simulate. */
export interface ClusterSimulationOptions extends RunOptions {
  /** Stretches of trouble, each followed by one of quiet. */
  readonly rounds: number;
  /** What may fail; everything, if absent. */
  readonly faults?: readonly ClusterFaultKind[];
}

/** What came of a run. */
export interface ClusterSimulationResult extends RunResult {
  readonly rounds: number;
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
  const stage = new ClusterStage(seed, {
    kinds: faults,
    note: noteTo(trace),
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
  await playStretches({
    verdict: stage.verdict,
    lengths: Array.from({ length: rounds }, () => roundMs),
    trouble: (ms) => play.pass(ms),
    calm: () => checkQuiet(stage, play),
    end: () => checkEnd(stage, play),
  });
  const { violation } = stage.verdict;
  return { seed, rounds, violation, steps: play.steps, counts: stage.counts };
}

/** The one command that runs this again, with every line of what happens. */
export function clusterReplayCommand({
  seed,
  rounds,
}: Pick<ClusterSimulationResult, 'seed' | 'rounds'>): string {
  return `npm run simulate -- --nodes --seed ${seed} --rounds ${rounds}`;
}

/** Runs a simulation that failed once more and tells what led to it, and how to run it again; empty if it does not fail. */
export function replayCluster(options: ClusterSimulationOptions): Promise<string> {
  return tellAgain<ClusterSimulationResult>(
    (trace) => simulateCluster({ ...options, trace }),
    clusterReplayCommand,
  );
}
