import type { FaultProxy, RawPeer, SeededRandom } from 'holdfast/testing';
import type { Deployment } from '../deployment.ts';
import type { Arrival, DialRequest, Entrance, ProofClient } from '../dialer.ts';
import type { ClientProcess } from '../processes/client-process.ts';
import type { ClusterPlan, GatewayCluster } from '../processes/gateway-cluster.ts';
import type { Surroundings } from '../processes/surroundings.ts';

/** Settings in force at the target which scenarios reckon with. All others are taken to be the defaults. */
export interface TargetSettings {
  /** Sessions a user may hold. */
  readonly limit: number;
  /** Name of the environment it runs in; null where nobody said. */
  readonly environment: string | null;
}

/** A deployment to start beside the one under proof, with other flags, in surroundings of its own. */
export type StartDeployment = (
  flags: readonly string[],
  surroundings?: Surroundings,
) => Promise<Deployment>;

/**
 * What a scenario plays on. Users are its own, so that scenarios do not disturb each other or whoever else uses the
 * target; everything it opens is closed for it afterwards, whatever came of it.
 */
export interface Stage {
  readonly deployment: Deployment;
  readonly settings: TargetSettings;
  /** Aborted when the scenario is over, out of time or interrupted. */
  readonly signal: AbortSignal;
  /** Draws that a run with the same seed repeats. */
  readonly random: SeededRandom;
  /** A user nobody else has: the same for the same name within a scenario. */
  user(name: string): string;
  /** Connects and keeps the sample `connect`. */
  connect(request: DialRequest): Promise<Arrival>;
  /** The same where a refusal would be a fault of the target. @throws Finding */
  mustConnect(request: DialRequest): Promise<ProofClient>;
  /** As many clients of the user's, one after another. @throws Finding */
  mustFill(user: string, count: number): Promise<readonly ProofClient[]>;
  /** The upgrade request of a client. @throws CallMissing where the target is not reached over plain TCP */
  entranceFor(request: DialRequest): Entrance;
  /** Comes in by hand, to do what no client library will. Resolves once the upgrade was answered, whatever the answer. */
  knock(entrance: Entrance): Promise<RawPeer>;
  /** A process of its own for clients that are to be frozen or killed; of another deployment than the one under proof, where it is given. */
  startClients(deployment?: Deployment): Promise<ClientProcess>;
  /** A proxy in front of the target that cuts, delays and half-opens. */
  startProxy(): Promise<FaultProxy>;
  /** Another gateway, with flags of its own. */
  startOther: StartDeployment;
  /**
   * Gateways that share their users, on a store of their own; the nodes of the target where several were given.
   *
   * @throws NotJudged, CallMissing where there is no store to be had
   */
  startCluster(plan?: ClusterPlan): Promise<GatewayCluster>;
  /** The same stage, before another deployment: users, samples and marks are shared. */
  at(deployment: Deployment): Stage;
  /** Keeps a raw measurement under a name, such as `connect`, in a unit such as `ms`. */
  sample(name: string, value: number, unit?: string): void;
  /** Marks an instant of the timeline: what was done to the target. */
  fault(what: string): void;
  /** Marks an instant of the timeline: what came of it. */
  note(what: string): void;
  /** Waits; rejects when the scenario is out of time. */
  pause(ms: number): Promise<void>;
  /** Asks until it holds, every 20 ms. True once it does, false when it does not in time. */
  eventually(holds: () => Promise<boolean>, withinMs: number): Promise<boolean>;
}
