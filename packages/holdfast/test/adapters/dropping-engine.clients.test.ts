import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SendOutcome, SessionSocket, SocketOwner } from '../../src/sessions/socket.ts';
import { socketContract } from '../../src/testing/socket-contract.ts';
import { type Loopback, openLoopback, throughUpgrades } from './loopback.ts';

const mostWaitingBytes = 256 * 1024;

/** Writes a full engine refuses, as Bun's does past its limit: what it answers is up to the adapter. */
class DroppingSocket implements SessionSocket {
  readonly #inner: SessionSocket;
  readonly #says: (outcome: SendOutcome) => SendOutcome;
  /** Written since the engine said that writes wait; null while they do not. */
  #waitingBytes: number | null = null;

  constructor(inner: SessionSocket, says: (outcome: SendOutcome) => SendOutcome) {
    this.#inner = inner;
    this.#says = says;
  }

  get owner(): SocketOwner {
    return this.#inner.owner;
  }

  set owner(owner: SocketOwner) {
    this.#inner.owner = {
      heard: () => owner.heard(),
      ponged: (mark) => owner.ponged(mark),
      received: (data) => owner.received(data),
      drained: () => {
        this.#waitingBytes = null;
        owner.drained();
      },
      ending: (sign, code) => owner.ending(sign, code),
      gone: () => owner.gone(),
    };
  }

  get canPing(): boolean {
    return this.#inner.canPing;
  }

  transport(): ReturnType<SessionSocket['transport']> {
    return this.#inner.transport();
  }

  send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome {
    if ((this.#waitingBytes ?? 0) > mostWaitingBytes) return this.#says('dropped');
    const outcome = this.#inner.send(frames, rest);
    if (outcome === 'queued') this.#waitingBytes = (this.#waitingBytes ?? 0) + frames.length;
    return outcome;
  }

  ping(mark: number): void {
    this.#inner.ping(mark);
  }

  close(code: number, reason: string): void {
    this.#inner.close(code, reason);
  }

  terminate(): void {
    this.#inner.terminate();
  }
}

let loopback: Loopback;
beforeAll(async () => {
  loopback = await openLoopback(throughUpgrades);
});
afterAll(() => loopback.close());

async function connect(
  says: (outcome: SendOutcome) => SendOutcome,
): Promise<Awaited<ReturnType<Loopback['connect']>>> {
  const { socket, peer } = await loopback.connect();
  return { socket: new DroppingSocket(socket, says), peer };
}

describe('FM-84 an engine that drops what it has no room for', () => {
  it.each(socketContract)(
    'keeps the promises where its adapter says so: $name',
    async ({ run }) => {
      await expect(run(() => connect((outcome) => outcome))).resolves.toBeUndefined();
    },
  );

  it.each(['ok', 'queued'] as const)('is found out where its adapter says `%s`', async (lie) => {
    const found = socketContract.find(({ name }) => name.startsWith('what was not taken'));
    if (found === undefined)
      throw new Error('Expected the contract to speak of what was not taken.');
    await expect(found.run(() => connect(() => lie))).rejects.toThrow(
      'Expected values to be strictly deep-equal',
    );
  });
});
