import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { FaultProxy } from 'holdfast/testing';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PageServer } from './page-server.ts';
import { RunningGateway } from './running-gateway.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

let browser: Browser;
let pages: PageServer;
let context: BrowserContext;
let gateway: RunningGateway;

beforeAll(async () => {
  if (!existsSync(executablePath))
    throw new Error(
      `Expected Chromium at ${executablePath}. Run: apt-get install chromium; or name one by CHROMIUM.`,
    );
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
  pages = await PageServer.start();
});

beforeEach(async () => {
  context = await browser.newContext();
  gateway = await start();
  pages.token = gateway.tokenFor('ann');
});

afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.stop();
  await context.close();
  await gateway.stop();
});

afterAll(async () => {
  await browser.close();
  await pages.stop();
});

async function start(flags: readonly string[] = []): Promise<RunningGateway> {
  return RunningGateway.start(['--allowed-origins', pages.origin, ...flags]);
}

async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > endsAt) throw new Error(`Expected it within ${timeoutMs} ms.`);
    await delay(20);
  }
}

const streams: Stream[] = [];

/** Publishes numbered events until it is told to stop. */
class Stream {
  published = 0;
  #isOver = false;
  readonly #running: Promise<void>;

  constructor(everyMs = 15) {
    this.#running = this.#run(everyMs);
    streams.push(this);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(everyMs: number): Promise<void> {
    while (!this.#isOver) {
      const data = { n: (this.published += 1), at: Date.now() };
      await gateway.ask('POST', '/api/v1/users/ann/events', { event: 'n', data });
      await delay(everyMs);
    }
  }
}

async function openPage(query = '', port = gateway.port): Promise<Page> {
  const page = await context.newPage();
  const address = `ws://127.0.0.1:${port}/ws`;
  await page.goto(`${pages.origin}/?gateway=${encodeURIComponent(address)}${query}`);
  await until(async () => (await page.title()) === 'open');
  return page;
}

async function kept<T>(page: Page, name: string): Promise<T[]> {
  const script = `JSON.parse(sessionStorage.getItem('${name}') ?? '[]')`;
  return page.evaluate<T[]>(script);
}

async function gotBy(page: Page): Promise<number[]> {
  return (await kept<[number, number]>(page, 'got')).map(([n]) => n);
}

function upTo(most: number): number[] {
  return Array.from({ length: most }, (_, index) => index + 1);
}

/** A page that was there from the first event on has all of them, each once. */
async function expectAll(page: Page, published: number): Promise<void> {
  await until(async () => (await gotBy(page)).at(-1) === published);
  expect(await gotBy(page)).toEqual(upTo(published));
}

describe('holdfast/client in Chromium', () => {
  it('I4 a page that is reloaded during a stream has every event once, and one session', async () => {
    const page = await openPage();
    const stream = new Stream();
    for (let count = 0; count < 4; count += 1) {
      await delay(200);
      await page.reload();
    }
    await until(async () => (await page.title()) === 'open');
    await delay(200);
    await stream.stop();
    await expectAll(page, stream.published);
    expect(await kept(page, 'gaps')).toEqual([]);
    expect(await gateway.count('ann')).toBe(1);
  });

  it('a tab that was duplicated and its original both live, each from where it was', async () => {
    const page = await openPage();
    const stream = new Stream();
    await delay(100);
    const [twin] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate('void open(location.href)'),
    ]);
    await until(async () => (await twin.title()) === 'open');
    await delay(300);
    await stream.stop();
    await expectAll(page, stream.published);
    await expectAll(twin, stream.published);
    expect(await page.title()).toBe('open');
    expect(await gateway.count('ann')).toBe(2);
  });

  it('I4 a page whose connection is cut while it is offline comes back at once when it is online', async () => {
    const proxy = await FaultProxy.start({ targetPort: gateway.port });
    const page = await openPage('', proxy.port);
    const stream = new Stream();
    await delay(200);
    await context.setOffline(true);
    proxy.reset();
    await until(async () => (await page.title()) !== 'open');
    await delay(4_000);
    expect(await page.title()).not.toBe('open');
    await context.setOffline(false);
    const onlineAt = performance.now();
    await until(async () => (await page.title()) === 'open');
    expect(performance.now() - onlineAt).toBeLessThan(2_000);
    await stream.stop();
    await expectAll(page, stream.published);
    expect(await kept(page, 'readies')).toEqual(['new', 'replayed']);
    await proxy.close();
  });

  it('D5 a page comes back when the gateway was killed and started anew, and is told the gap', async () => {
    const page = await openPage();
    const first = new Stream();
    await delay(200);
    await first.stop();
    await expectAll(page, first.published);
    gateway.child.kill('SIGKILL');
    await until(async () => (await page.title()) === 'waiting');
    gateway = await start(['--port', String(gateway.port)]);
    await until(async () => (await page.title()) === 'open');
    const second = new Stream();
    await delay(200);
    await second.stop();
    await until(async () => (await gotBy(page)).at(-1) === second.published);
    expect(await gotBy(page)).toEqual([...upTo(first.published), ...upTo(second.published)]);
    expect(await kept(page, 'gaps')).toEqual(['epoch']);
  });

  it('I4 thirty tabs have one session; the leader dies, and within a second another one leads', async () => {
    const leaders: Page[] = [];
    context.on('page', (page) => page.on('websocket', () => leaders.push(page)));
    const tabs = await Promise.all(upTo(30).map(() => openPage('&share')));
    expect(leaders).toHaveLength(1);
    expect(await gateway.count('ann')).toBe(1);
    const stream = new Stream();
    for (let count = 1; count < 4; count += 1) {
      await delay(300);
      await leaders.at(-1)?.close();
      await until(() => leaders.length > count);
    }
    await delay(300);
    await stream.stop();
    const left = tabs.filter((tab) => !tab.isClosed());
    expect(left).toHaveLength(27);
    const delays: number[] = [];
    for (const tab of left) {
      await expectAll(tab, stream.published);
      expect(await kept(tab, 'gaps')).toEqual([]);
      delays.push(...(await kept<[number, number]>(tab, 'got')).map(([, ms]) => ms));
    }
    expect(Math.max(...delays)).toBeLessThan(1_000);
    expect(await gateway.count('ann')).toBe(1);
  });

  it('a tab that cannot load the code of sharing says so and goes alone; the next time it shares', async () => {
    await context.route('**/tabs.js', (route) => route.abort());
    const proxy = await FaultProxy.start({ targetPort: gateway.port });
    const tabs = [await openPage('&share', proxy.port), await openPage('&share', proxy.port)];
    expect(await gateway.count('ann')).toBe(2);
    for (const tab of tabs) expect(await kept(tab, 'errors')).toEqual(['tabs-failed']);
    await context.unroute('**/tabs.js');
    proxy.reset();
    await until(async () => (await gateway.count('ann')) === 1);
    for (const tab of tabs) await until(async () => (await kept(tab, 'readies')).length === 2);
    await delay(300);
    expect(await gateway.count('ann')).toBe(1);
    for (const tab of tabs) expect(await kept(tab, 'errors')).toEqual(['tabs-failed']);
    await proxy.close();
  });
});
