import { type Client, createClient } from 'holdfast/client';
import { WebSocket } from 'ws';
import type { Follower, FollowerOptions, ToldGap } from './follower.ts';

/** The product's own client as a follower. */
export class ProductFollower implements Follower {
  readonly events: { offset: number; data: unknown }[] = [];
  readonly gaps: ToldGap[] = [];
  readonly closes: number[] = [];
  greetings = 0;
  readonly client: Client;

  constructor({ url, token }: FollowerOptions, backoff?: { firstMs: number; maxMs: number }) {
    this.client = createClient({ url, token, WebSocket, ...(backoff && { backoff }) });
    this.client.on('event', ({ offset, data }) => void this.events.push({ offset, data }));
    this.client.on('gap', (gap) => void this.gaps.push(gap));
    this.client.on('closed', ({ code }) => void this.closes.push(code));
    this.client.on('ready', () => void (this.greetings += 1));
    this.client.connect();
  }

  stop(): void {
    this.client.close();
  }
}
