import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { describeValue, UsageError } from '../core/usage-error.ts';
import { checkDelay, checkRate, type Fault, type FaultDirection, FaultLink } from './fault-link.ts';

/** Where the connections of a {@link FaultProxy} go, and where it listens. */
export interface FaultProxyOptions {
  /** Port of the target, on `targetHost`. */
  readonly targetPort: number;
  /** Default 127.0.0.1. */
  readonly targetHost?: string;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
}

/**
 * A TCP proxy that does to connections what networks do: cuts, resets, forgets, delays and throttles them. It knows nothing of
 * what they carry. Each act is for all connections there are; `delay`, `throttle` and `refuse` also for those to come. For
 * one connection, ask its link.
 *
 * At most 64 KB a connection and direction are held here, beside what the kernels hold: a peer that does not read is felt at
 * the other end. So a delay also bounds the rate, to 64 KB for each such time.
 *
 * ```ts
 * const proxy = await FaultProxy.start({ targetPort: 8080 });
 * const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/ws`);
 * proxy.reset();
 * await proxy.close();
 * ```
 */
export class FaultProxy {
  readonly #server: Server;
  readonly #targetHost: string;
  readonly #links: Set<FaultLink> = new Set();
  #targetPort: number;
  #isRefusing = false;
  #delayMs = 0;
  #bytesPerSecond: number = Number.POSITIVE_INFINITY;
  /** Connections let through so far. */
  accepted = 0;
  /** Connections reset at once, because it was told to refuse. */
  refused = 0;

  private constructor({ targetPort, targetHost = '127.0.0.1' }: FaultProxyOptions) {
    this.#targetPort = targetPort;
    this.#targetHost = targetHost;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /**
   * Starts one on a free port.
   *
   * @throws UsageError `bad-option` for a target port that is none
   */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    checkPort(options.targetPort);
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, options.host ?? '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** The port to connect to. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The connections through it that are not over, the oldest first. */
  get links(): readonly FaultLink[] {
    return [...this.#links];
  }

  /** New connections go to this port from now on, as when the target was started anew. */
  retarget(port: number): void {
    checkPort(port);
    this.#targetPort = port;
  }

  /** Ends all connections with a FIN. */
  cut(): void {
    for (const link of this.#links) link.cut();
  }

  /** Ends all connections with a RST. */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  /** Nothing passes through the connections there are, for good, and neither end is told. */
  halfOpen(direction?: FaultDirection): void {
    for (const link of this.#links) link.halfOpen(direction);
  }

  /** Nothing passes through the connections there are until `resume`. */
  pause(direction?: FaultDirection): void {
    for (const link of this.#links) link.pause(direction);
  }

  /** Ends a pause. */
  resume(): void {
    for (const link of this.#links) link.resume();
  }

  /**
   * What comes arrives so much later, in each direction.
   *
   * @throws UsageError `bad-option`
   */
  delay(ms: number): void {
    checkDelay(ms);
    this.#delayMs = ms;
    for (const link of this.#links) link.delay(ms);
  }

  /**
   * No more than this passes through each connection, in each direction; infinity lifts it.
   *
   * @throws UsageError `bad-option`
   */
  throttle(bytesPerSecond: number): void {
    checkRate(bytesPerSecond);
    this.#bytesPerSecond = bytesPerSecond;
    for (const link of this.#links) link.throttle(bytesPerSecond);
  }

  /** Resets new connections at once. */
  refuse(): void {
    this.#isRefusing = true;
  }

  /** Lets new connections through again. */
  accept(): void {
    this.#isRefusing = false;
  }

  /** Does what the fault says to all connections. */
  strike(fault: Fault): void {
    for (const link of this.#links) link.strike(fault);
  }

  /** Resets what is left and stops listening. */
  async close(): Promise<void> {
    this.reset();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) {
      this.refused += 1;
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    this.accepted += 1;
    const target = connect({
      port: this.#targetPort,
      host: this.#targetHost,
      allowHalfOpen: true,
    });
    const link = new FaultLink(client, target);
    if (this.#delayMs > 0) link.delay(this.#delayMs);
    if (this.#bytesPerSecond < Number.POSITIVE_INFINITY) link.throttle(this.#bytesPerSecond);
    this.#links.add(link);
    const closed = (): void => {
      if (link.isOver) this.#links.delete(link);
    };
    client.on('close', closed);
    target.on('close', closed);
  }
}

function checkPort(port: number): void {
  if (Number.isInteger(port) && port > 0 && port < 65_536) return;
  throw new UsageError(
    'bad-option',
    `Expected the port of a target to be a whole number from 1 to 65535, got ${describeValue(port)}.`,
  );
}
