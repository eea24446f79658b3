/** Where a failure of the gateway itself happened. A closed list: it is a metric label. */
export type GatewayFaultPlace =
  | 'memory'
  | 'keys'
  | 'clock'
  | 'log'
  | 'accept'
  | 'http'
  | 'round'
  | 'webhook'
  | 'flags'
  | 'rollout'
  | 'rollout-file'
  | 'store'
  | 'store-settings'
  | 'lease'
  | 'revocations';

/** A failure of the gateway as health tells it. */
export interface GatewayFault {
  readonly where: GatewayFaultPlace;
  /** Ms since 1970. */
  readonly since: number;
  readonly error: string;
  /** What a person can do about it. */
  readonly do: string;
}

/** What faults are kept with. */
export interface GatewayFaultsOptions {
  /** Ms since 1970. */
  readonly now: () => number;
  /** Told when a place begins to fail, and when it is over. */
  readonly tell: (fault: GatewayFault, isOver: boolean) => void;
}

interface Row {
  /** Health is `degraded` while it stands. */
  readonly degrades: boolean;
  readonly do: string;
}

const rows: Readonly<Record<GatewayFaultPlace, Row>> = {
  memory: {
    degrades: true,
    do: 'The memory is nearly full: slow readers are closed, newcomers refused. Give it more, or lower --history-total or --max-connections.',
  },
  keys: {
    degrades: true,
    do: 'See to it that --jwks-url answers with public keys that can be used (RSA: 2048 bits or more). Tokens of other keys are refused; nobody new gets in once the last keys are an hour old.',
  },
  clock: {
    degrades: false,
    do: 'The clock of this machine was set back: tokens seem to expire early. Restart the gateway once it is right.',
  },
  log: { degrades: false, do: 'See to whoever reads the log; what was left out is counted.' },
  accept: { degrades: true, do: 'Look at the limits for open files and at the listening address.' },
  http: {
    degrades: false,
    do: 'A request failed inside the gateway. This is a bug: please report it.',
  },
  webhook: {
    degrades: true,
    do: 'See to it that --webhook-url answers 2xx within 10 seconds. A call is tried again for 10 minutes; what is lost is counted and logged.',
  },
  flags: {
    degrades: true,
    do: 'See to it that the provider of --rollout-provider answers the flag holdfast-enforce. Meanwhile users are taken by their place in the percentage.',
  },
  rollout: {
    degrades: true,
    do: 'The guard has rolled back: nothing is enforced, up to the interim limit. Find out why, then go on with `holdfast rollout set PERCENT`.',
  },
  'rollout-file': {
    degrades: true,
    do: 'See to it that --rollout-file can be written: a restart would not know how far the rollout has come.',
  },
  store: {
    degrades: true,
    do: 'See to it that --redis-url names a Redis that runs and can be reached from here. This node tries again by itself, and lets nobody in before it has joined the others.',
  },
  'store-settings': {
    degrades: false,
    do: 'Redis may lose what nodes share: change the settings named. What was lost is found and repaired, but clients are told of a gap.',
  },
  lease: {
    degrades: false,
    do: 'This process or its Redis stood still for longer than 5 s. Look at --redis-url, at the processor and at pauses of the machine; its sessions were entered anew.',
  },
  revocations: {
    degrades: true,
    do: 'More tokens are revoked in the store than a node holds (100,000): some that are revoked are taken for good. Sign tokens with a new key.',
  },
  round: { degrades: true, do: 'A regular task failed. This is a bug: please report it.' },
};

/** How long a failure that nobody clears stands after it last happened. */
const QUIET_MS = 60_000;

interface FaultRecord {
  count: number;
  isStanding: boolean;
  isHeld: boolean;
  since: number;
  lastAt: number;
  error: string;
}

/** Failures of the gateway around the session layer; those of the layer are its own. */
export class GatewayFaults {
  readonly #options: GatewayFaultsOptions;
  readonly #records: Map<GatewayFaultPlace, FaultRecord> = new Map();

  constructor(options: GatewayFaultsOptions) {
    this.#options = options;
  }

  /** It stands until `clear`. */
  hold(where: GatewayFaultPlace, error: unknown): void {
    this.#note(where, error, true);
  }

  /** It stands until it has not happened for a minute. */
  report(where: GatewayFaultPlace, error: unknown): void {
    this.#note(where, error, false);
  }

  /** The failure of this place is over. */
  clear(where: GatewayFaultPlace): void {
    const record = this.#records.get(where);
    if (record === undefined || !record.isStanding) return;
    record.isStanding = false;
    this.#options.tell(toFault(where, record), true);
  }

  /** What stands now. */
  standing(): readonly GatewayFault[] {
    const now = this.#options.now();
    for (const [where, { isHeld, lastAt }] of this.#records) {
      if (!isHeld && now - lastAt >= QUIET_MS) this.clear(where);
    }
    return [...this.#records]
      .filter(([, { isStanding }]) => isStanding)
      .map(([where, record]) => toFault(where, record));
  }

  /** True while something stands that keeps the gateway from its work. */
  isDegraded(): boolean {
    return this.standing().some(({ where }) => rows[where].degrades);
  }

  /** How often each place has failed. */
  counts(): ReadonlyMap<GatewayFaultPlace, number> {
    return new Map([...this.#records].map(([where, { count }]) => [where, count]));
  }

  #note(where: GatewayFaultPlace, error: unknown, isHeld: boolean): void {
    const now = this.#options.now();
    const known = this.#records.get(where);
    const record: FaultRecord = {
      count: (known?.count ?? 0) + 1,
      isStanding: true,
      isHeld,
      since: known?.isStanding === true ? known.since : now,
      lastAt: now,
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
    this.#records.set(where, record);
    if (known?.isStanding !== true) this.#options.tell(toFault(where, record), false);
  }
}

function toFault(where: GatewayFaultPlace, { since, error }: FaultRecord): GatewayFault {
  return { where, since, error, do: rows[where].do };
}
