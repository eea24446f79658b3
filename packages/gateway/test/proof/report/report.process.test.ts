import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/proof/evidence/evidence.ts';
import { seal } from '../../../src/proof/evidence/seal.ts';
import { writeReport } from '../../../src/proof/report/write-report.ts';
import { someEvidence, someFailure, someScenario } from '../evidence/some-evidence.ts';
import { now } from '../gate/ask-gate.ts';
import { goodRuns } from '../gate/good-runs.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-report-'));
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(executablePath))
    throw new Error(
      `Expected Chromium at ${executablePath}. Run: apt-get install chromium; or name one by CHROMIUM.`,
    );
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
});

afterAll(() => browser.close());

const nasty = `</script><img src=x onerror="document.title='broken'"><script>document.title='broken'</script> ${'long'.repeat(300)}`;
const failure = { ...someFailure, cause: nasty, got: nasty };
const manyScenarios = Array.from({ length: 60 }, (_, index) =>
  someScenario({
    name: `limits/${index === 3 ? nasty : `number-${index}`}`,
    startedAtMs: 900 * index,
    ...(index % 20 === 3 && { verdict: failure }),
  }),
);

const target = { name: nasty, url: nasty, environment: nasty };
const hostile = someEvidence({ scenarios: manyScenarios, target });

/** Opens a report from its file, and answers everything the browser complained about. */
async function open(evidence: Evidence, page: Page): Promise<readonly string[]> {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(request.url());
  });
  const file = path.join(folder, 'report.html');
  writeFileSync(file, writeReport(seal(evidence)));
  await page.goto(pathToFileURL(file).href);
  return complaints;
}

describe('a report in a browser', () => {
  it.each([
    [
      'sixty scenarios with long and hostile texts',
      hostile,
      { colorScheme: 'dark', width: 400, background: 'rgb(15, 19, 24)' },
    ],
    [
      'a soak',
      goodRuns(now).soak,
      { colorScheme: 'light', width: 1280, background: 'rgb(255, 255, 255)' },
    ],
  ] as const)(
    'of %s opens from its file without a complaint, fits the page, and follows the colour scheme',
    async (_, evidence, { colorScheme, width, background }) => {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
      expect(await open(evidence, page)).toEqual([]);
      expect(await page.title()).toMatch(/^holdfast /);
      // The look is there: its hash is that of the policy of the page.
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
        background,
      );
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        width,
      );
      expect(await page.locator('script, img').count()).toBe(0);
    },
  );
});
