import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knowledge } from '../agent-texts.mjs';
import { ExampleServer } from './example-server.ts';

const question = 'What happens when I reload this page?';
const expected = letters((knowledge[0]?.answer ?? '').replace(/^- /gm, ''));

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
});

afterAll(async () => {
  await browser.close();
});

/** A server of its own, and a browser's user who looks at it. */
class Visit {
  readonly server: ExampleServer = new ExampleServer();
  readonly context: BrowserContext;
  /** What a page complained about: a script that was refused, an exception. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext) {
    this.context = context;
  }

  static async during(act: (visit: Visit, page: Page) => Promise<void>): Promise<void> {
    const visit = new Visit(await browser.newContext());
    try {
      await visit.server.start();
      await act(visit, await visit.open());
      if (visit.complaints.length > 0) throw new Error(visit.complaints.join('\n'));
    } finally {
      await visit.context.close();
      await visit.server.close();
    }
  }

  async open(): Promise<Page> {
    const page = await this.context.newPage();
    page.on('pageerror', ({ message }) => void this.complaints.push(message));
    page.on('console', (message) => {
      const isRefusal = message.text().includes('Content Security Policy');
      if (isRefusal) this.complaints.push(message.text());
    });
    await page.goto(this.server.url);
    await page.waitForSelector('[data-link="open"]');
    return page;
  }
}

/** Asks, and waits until the agent is in the middle of its answer. */
async function ask(page: Page): Promise<void> {
  await page.fill('#question', question);
  await page.press('#question', 'Enter');
  await reaches(page, 'switch the network');
}

/** Waits until the answer has come to these words. */
async function reaches(page: Page, words: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector('.answer')?.textContent?.includes(text) === true,
    words,
  );
}

/** The answer that the page shows when it is complete, and nothing turns any more. */
async function completeAnswer(page: Page): Promise<string> {
  await page.waitForSelector('.ended');
  expect(await page.textContent('.ended')).toMatch(/^Complete/);
  expect(await page.locator('.answer').count()).toBe(1);
  await expectQuiet(page);
  return letters((await page.textContent('.answer')) ?? '');
}

async function expectQuiet(page: Page): Promise<void> {
  await page.waitForSelector('#send:not([hidden])');
  expect(await page.locator('.writing, .busy, #stop:not([hidden])').count()).toBe(0);
}

function letters(text: string): string {
  return text.replace(/\s+/g, '');
}

describe.concurrent('the agent chat in a browser', () => {
  it('G shows the whole answer once when the page is reloaded in the middle of it', () =>
    Visit.during(async (_visit, page) => {
      await ask(page);
      await page.reload();
      await reaches(page, 'Each word I say');
      await page.reload();
      expect(await completeAnswer(page)).toBe(expected);
      expect(await page.textContent('#fact-sessions')).toBe('1 of 5');
      expect(await page.locator('.gap').count()).toBe(0);
    }));

  it('G goes on when the network was gone, and says how much had been kept', () =>
    Visit.during(async ({ server, context }, page) => {
      await ask(page);
      server.network.refuse();
      server.network.halfOpen();
      await context.setOffline(true);
      await page.waitForSelector('[data-link="waiting"]');
      server.network.accept();
      await context.setOffline(false);
      expect(await completeAnswer(page)).toBe(expected);
      expect(await page.textContent('.notice')).toMatch(
        /^The connection is back\. \d+ events had been kept/,
      );
      expect(await page.textContent('#fact-gaps')).toBe('0');
    }));

  it('D5 tells that the server was killed, and shows the answer whole when it is there again', () =>
    Visit.during(async ({ server }, page) => {
      await ask(page);
      await server.end('SIGKILL');
      await page.waitForSelector('[data-link="waiting"]');
      await server.start();
      await page.waitForSelector('.notice.gap');
      expect(await page.textContent('.notice.gap')).toMatch(/^The server was restarted\./);
      expect(await completeAnswer(page)).toBe(expected);
      expect(await page.textContent('#fact-gaps')).toBe('1');
    }));

  it('D5 shows the answer whole when the server was restarted while no page was open', () =>
    Visit.during(async (visit, page) => {
      await ask(page);
      await page.close();
      await visit.server.end('SIGTERM');
      await visit.server.start();
      expect(await completeAnswer(await visit.open())).toBe(expected);
    }));

  it('finishes an answer that nobody watches, and shows it on return', () =>
    Visit.during(async (visit, first) => {
      await ask(first);
      await first.close();
      const page = await visit.open();
      await page.click('#leave');
      await page.waitForSelector('[data-link="idle"]');
      await page.click('#leave');
      await page.waitForSelector('[data-link="open"]');
      expect(await completeAnswer(page)).toBe(expected);
    }));

  it('stops the agent, also by an order that was given without a connection', () =>
    Visit.during(async ({ server }, page) => {
      await ask(page);
      await server.end('SIGKILL');
      await page.waitForSelector('[data-link="waiting"]');
      await page.click('#stop');
      expect(await page.textContent('#stop-text')).toBe('Stopping');
      await server.start(8);
      await page.waitForSelector('.ended.stopped');
      await expectQuiet(page);
      const shown = letters((await page.textContent('.answer')) ?? '');
      expect(expected.startsWith(shown)).toBe(true);
      expect(shown.length).toBeLessThan(expected.length);
    }));

  it('shows the same answer in two tabs', () =>
    Visit.during(async (visit, page) => {
      await ask(page);
      const other = await visit.open();
      expect(await completeAnswer(other)).toBe(expected);
      expect(await completeAnswer(page)).toBe(expected);
      expect(await other.textContent('#fact-sessions')).toBe('2 of 5');
    }));

  it('shows the answer whole in a tab that was frozen', () =>
    Visit.during(async (visit, page) => {
      await ask(page);
      const devTools = await visit.context.newCDPSession(page);
      await devTools.send('Page.setWebLifecycleState', { state: 'frozen' });
      expect(await completeAnswer(await visit.open())).toBe(expected);
      await devTools.send('Page.setWebLifecycleState', { state: 'active' });
      expect(await completeAnswer(page)).toBe(expected);
    }));

  it('lets no foreign page in, and serves nothing but its own files', () =>
    Visit.during(async ({ server, context }) => {
      const status = async (name: string, headers: Record<string, string> = {}): Promise<number> =>
        (await context.request.get(`${server.url}${name}`, { headers })).status();
      expect(await status('conversation')).toBe(200);
      expect(await status('conversation', { cookie: 'agent_chat=forged' })).toBe(401);
      expect(await status('', { host: 'evil.test' })).toBe(403);
      for (const name of ['holdfast/index.js', '..%2fserver.mjs', 'server.mjs', 'data/secret'])
        expect(await status(name)).toBe(404);
    }));
});
