import type { ClusterNodeParts } from '../../../src/cluster/cluster-parts.ts';
import type { SessionOptions } from '../../../src/core/options.ts';
import type { OpenRequest } from '../../../src/sessions/open-request.ts';
import type { SessionEvent } from '../../../src/sessions/session-event.ts';
import type { FakeSocket } from '../../../src/testing/fake-socket.ts';
import { type Asked, takeOver } from '../../asking/asked-house.ts';
import { ClusterHouse, type Guest, type TestNode } from '../cluster-house.ts';
import { TestLink } from '../test-link.ts';

/** Whose sessions they are. */
export const user: { readonly userId: string } = { userId: 'ada' };

/** Two nodes that ask, one of the two slots of `ada` taken at each of them; all came 2 s ago. */
export class AskedCluster extends ClusterHouse {
  readonly link: TestLink = new TestLink();
  readonly living: Guest[] = [];

  static async of(
    options: SessionOptions = {},
    parts: Partial<ClusterNodeParts> = {},
  ): Promise<AskedCluster> {
    const house = new AskedCluster();
    const all: SessionOptions = { onLimit: 'ask', maxSessionsPerUser: 2, ...options };
    await house.join(all, { ...parts, link: house.link });
    await house.join(all, parts);
    await house.run(1_100);
    for (const [place, node] of house.nodes.entries())
      house.living.push(await house.enter(node, { ...user, device: `device ${place}` }));
    await house.run(2_000);
    return house;
  }

  get one(): TestNode {
    return this.nodes[0] as TestNode;
  }

  get two(): TestNode {
    return this.nodes[1] as TestNode;
  }

  /** The id of the session at this place. */
  idOf(place: number): string {
    const { outcome } = this.living[place] as Guest;
    return outcome?.outcome === 'opened' ? outcome.session.id : 'none';
  }

  closesOf(place: number): readonly { readonly code: number; readonly reason: string }[] {
    return this.living[place]?.socket.closes ?? [];
  }

  /** Comes to the first node; all have proven to be alive by the time this returns. */
  async ask(request: Partial<OpenRequest> = {}, socket?: FakeSocket): Promise<Guest> {
    const guest = this.come(this.one, { ...user, ...request }, socket);
    await this.run(50);
    return guest;
  }

  /** The same, answered. */
  async answer(guest: Guest, session: string): Promise<Guest> {
    takeOver(guest.socket, session);
    await this.run(50);
    return guest;
  }

  told<T extends SessionEvent['type']>(
    type: T,
    node: TestNode = this.one,
  ): Extract<SessionEvent, { readonly type: T }>[] {
    return node.events.filter(
      (event): event is Extract<SessionEvent, { readonly type: T }> => event.type === type,
    );
  }

  get ends(): readonly string[] {
    return this.told('askingEnded').map(({ how }) => how);
  }

  /** Causes of all ends of sessions on both nodes. */
  get causes(): readonly string[] {
    return this.nodes.flatMap((node) => this.told('closed', node).map(({ cause }) => cause));
  }
}

/** The sessions that somebody was told of. */
export function idsOf({ sessions }: Asked): readonly string[] {
  return sessions.map(({ session }) => session);
}
