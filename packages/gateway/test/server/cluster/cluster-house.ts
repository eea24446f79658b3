import type { ServeConfig } from '../../../src/server/config/serve-config.ts';
import { RedisServer } from 'holdfast/testing';
import { Client } from '../gateway/client.ts';
import {
  type ApiAnswer,
  callApi,
  type House,
  startHouse,
  stopAll,
  tokenFor,
} from '../gateway/house.ts';

/** Several gateways of this process on one real Redis. */
export interface ClusterHouse {
  readonly redis: RedisServer;
  readonly houses: readonly House[];
}

const servers: RedisServer[] = [];

/** Starts a Redis that `endCluster` ends. */
export async function startStore(): Promise<RedisServer> {
  const redis = await RedisServer.start();
  servers.push(redis);
  return redis;
}

/** Starts a Redis and so many gateways on it, each with these settings. */
export async function startCluster(
  nodes: number,
  settings: Partial<ServeConfig> = {},
): Promise<ClusterHouse> {
  const redis = await startStore();
  const all = { redisUrl: redis.url, ...settings };
  const houses: House[] = [];
  for (let count = 0; count < nodes; count += 1) houses.push(await startHouse(all));
  await Promise.all(houses.map((house) => knows(house, nodes)));
  return { redis, houses };
}

/** Stops what the functions above have started. */
export async function endCluster(): Promise<void> {
  await stopAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

/** Waits until a node takes so many for alive. */
export async function knows(house: House, nodes: number): Promise<void> {
  await eventually(async () => (await call(house, 'GET', '/nodes'))['count'] === nodes);
}

/** Waits until this holds. */
export async function eventually(isSo: () => Promise<boolean>, ms = 8000): Promise<void> {
  const endsAt = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error('It did not come to pass in time.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What the API of a node answers, which is no error. */
export async function call(
  house: House,
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer['body']> {
  const answer = await callApi(house, method, `/api/v1${path}`, body);
  if (answer.status < 300) return answer.body;
  throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** A client of this user at this node, with what it brings back. */
export function clientOf(
  house: House,
  user: string,
  memory: Readonly<Record<string, string>> = {},
): Client {
  const query = new URLSearchParams(memory);
  return new Client(house, tokenFor(user), { query: `?${query.toString()}` });
}

/** What came of a newcomer: `ready`, or its close. */
export async function outcomeOf(client: Client): Promise<string> {
  const closed = client.closed.then(({ code, reason }) => `${code} ${reason}`);
  return await Promise.race([client.ready().then(() => 'ready'), closed]);
}

/** Of a client that is here: what it takes to come back. */
export async function memoryOf(client: Client): Promise<Record<string, string>> {
  const { ticket, epoch, offset } = await client.ready();
  const last = client.frames.findLast((frame) => frame['offset'] !== undefined);
  return {
    resume: String(ticket),
    epoch: String(epoch),
    offset: String(last?.['offset'] ?? offset),
  };
}

/** The data of the events a client has got. */
export function dataOf({ frames }: Client): unknown[] {
  return frames.filter(({ type }) => type === 'event').map(({ data }) => data);
}
