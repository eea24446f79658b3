import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Metrics, SessionLayer } from 'holdfast';
import { ManualClock } from 'holdfast/testing';
import { describe, expect, it } from 'vitest';
import { GatewayFaults } from '../../src/server/gateway-faults.ts';
import { LoopLag } from '../../src/server/metrics/loop-lag.ts';
import { PrometheusText } from '../../src/server/metrics/prometheus.ts';
import { localSeatOf } from '../../src/server/sessions/seat.ts';
import { findBrokenCommands, root } from '../house/written-commands.ts';
import { parseExposition } from '../server/metrics/exposition.ts';
import { idleStore } from '../server/metrics/idle-store.ts';
import { readRules, shortenDurations } from './alert-rules.ts';

const runBook = readFileSync(path.join(root, 'docs/run-book.md'), 'utf8');
const entries = new Map(
  runBook
    .split('\n## ')
    .slice(1)
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry]),
);
const rules = readRules();
const readFile = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** What `/metrics` of a gateway that nobody has come to yet holds: names with their labels. */
async function exported(): Promise<{ names: ReadonlySet<string>; lines: readonly string[] }> {
  const lag = new LoopLag();
  const layer = new SessionLayer({}, { clock: new ManualClock() });
  const faults = new GatewayFaults({ now: () => 0, tell: () => {} });
  const rollout = { stage: 'everyone', percent: 100, rollbacks: new Map() } as const;
  const shared = { store: idleStore(), seat: localSeatOf(layer) };
  const sources = {
    layer,
    metrics: new Metrics(),
    faults,
    lag,
    webhooks: null,
    rollout,
    ...shared,
  };
  const text = await new PrometheusText(sources).read();
  lag.stop();
  const { families, samples } = parseExposition(text);
  const names = new Set([...families.keys(), ...samples.map(({ name }) => name)]);
  const lines = samples.flatMap(({ name, labels }) =>
    Object.entries(labels).map(([key, value]) => `${name} ${key}="${value}"`),
  );
  return { names, lines };
}

const metricName = /\b(?:holdfast|process)_\w+/g;

describe('the run book', () => {
  it('has an entry for each alert, and an alert for each entry', () => {
    expect([...entries.keys()]).toEqual(rules.map(({ alert }) => alert));
    for (const { alert, annotations } of rules)
      expect(annotations['runbook']).toBe(`docs/run-book.md#${alert.toLowerCase()}`);
  });

  it('says in each entry what it means, what users notice, where to look first, and what to do', () => {
    for (const [alert, entry] of entries) {
      const parts = [...entry.matchAll(/^\*\*([^*]+):\*\* (\S.{10,})/gm)].map(([, part]) => part);
      expect([alert, ...parts]).toEqual([alert, 'Means', 'Users notice', 'Look first', 'Do']);
      expect(entry).toMatch(/```\n(?:curl|npx)/);
    }
  });

  it('names only commands, routes, flags and metrics that exist', async () => {
    expect(findBrokenCommands(runBook)).toEqual([]);
    const routes = readFile('docs/http-api.md');
    for (const [, route = ''] of runBook.matchAll(/\$HOLDFAST_URL(\/[\w/]+)/g))
      expect(routes).toContain(route.replace('/api/v1/sessions/ID', '/api/v1/sessions/{id}'));
    const options = readFile('docs/options.md');
    for (const [flag] of runBook.matchAll(/(?<=`)--[a-z-]+/g)) expect(options).toContain(flag);
    const { names } = await exported();
    const named = [...runBook.matchAll(metricName)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(10);
    // Patterns of grep name several at once, by how they begin.
    expect(named.filter((name) => ![...names].some((one) => one.startsWith(name)))).toEqual([]);
  });
});

describe('each alert rule', () => {
  it('asks only for metrics and labels that a gateway has from its start', async () => {
    const { names, lines } = await exported();
    for (const { alert, expr } of rules) {
      const named = [...expr.matchAll(metricName)].map(([name]) => name);
      expect(named.length).toBeGreaterThan(0);
      expect([alert, ...named.filter((name) => !names.has(name))]).toEqual([alert]);
      const labelled = [...expr.matchAll(/\b(\w+)\{(\w+="[^"]*")\}/g)];
      const missing = labelled.map(([, name, label]) => `${name} ${label}`);
      expect([alert, ...missing.filter((one) => !lines.includes(one))]).toEqual([alert]);
    }
  });

  it('is of a severity, and tells a person what and where', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning']).toContain(labels['severity']);
      expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook']);
      // Where there are no metrics there is no instance.
      const isOfOne = annotations['summary']?.includes('{{ $labels.instance }}');
      expect([alert, isOfOne]).toEqual([alert, alert !== 'HoldfastMetricsMissing']);
    }
  });
});

it('durations are cut down for a test, and nothing else of a rule is', () => {
  const long = 'for: 10m\nexpr: max_over_time(x{le="0.5"}[1h] offset 1d) > 5\nsummary: within 5m';
  const short = 'for: 3s\nexpr: max_over_time(x{le="0.5"}[10s] offset 25s) > 5\nsummary: within 5m';
  expect(shortenDurations(long)).toBe(short);
});
