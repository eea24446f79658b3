import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback that resets all connections when it is told to. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #pairs: Set<Socket> = new Set();

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      near.setNoDelay(true);
      far.setNoDelay(true);
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  static async before(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    await new Promise<void>((resolve) => void proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** @returns how many ends there were */
  cut(): number {
    const { size } = this.#pairs;
    for (const socket of this.#pairs) socket.resetAndDestroy();
    return size;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #join(from: Socket, to: Socket): void {
    this.#pairs.add(from);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#pairs.delete(from);
      to.destroy();
    });
  }
}
