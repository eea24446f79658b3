import type { Deployment, Desk } from '../../src/proof/deployment.ts';
import type { Arrival, ClientEnd, ProofClient } from '../../src/proof/dialer.ts';

/** A client of a target that is only made up: nothing arrives, and it ends when it is told to. */
export class FakeClient implements ProofClient {
  readonly user: string;
  readonly session = 'fake';
  readonly limit = 5;
  readonly resumed = 'new';
  readonly received: [] = [];
  readonly gaps: [] = [];
  readonly position: { epoch: string; offset: number } = { epoch: 'e', offset: 0 };
  readonly frames = 1;
  end: ClientEnd | null = null;

  constructor(user: string) {
    this.user = user;
  }

  send(): void {}

  async close(): Promise<ClientEnd> {
    this.end = { code: 1000, reason: '', retryMs: null };
    return await Promise.resolve(this.end);
  }

  drop(): void {
    this.end = { code: 1006, reason: '', retryMs: null };
  }

  async until(condition: () => boolean): Promise<boolean> {
    return await Promise.resolve(condition());
  }
}

async function countNobody(): Promise<{ count: number; limit: number; sessions: [] }> {
  return await Promise.resolve({ count: 0, limit: 5, sessions: [] });
}

/** A made-up target that lets everybody in, and the clients it has let in. */
export function fakeDeployment(desk: Partial<Desk> = {}): {
  readonly deployment: Deployment;
  readonly clients: FakeClient[];
} {
  const clients: FakeClient[] = [];
  const dial = async ({ user }: { readonly user: string }): Promise<Arrival> => {
    const client = new FakeClient(user);
    clients.push(client);
    return await Promise.resolve({ isOpen: true, client, tookMs: 1 });
  };
  const deployment = {
    name: 'fake',
    dialer: { dial },
    dialerSource: { module: '', settings: null },
    desk: { countOf: countNobody, ...desk } as Desk,
    address: { host: '127.0.0.1', port: 1 },
    host: null,
  };
  return { deployment, clients };
}
