import type { Evidence } from '../evidence/evidence.ts';
import { measured } from '../evidence/measured.ts';
import { cleanupsOf, creationOf, fatesOf, peakOf, pointsOf } from '../evidence/tally.ts';
import { growthOf } from '../gate/judge-soak.ts';
import type { Policy } from '../gate/policy.ts';
import { figure, figureOrDash } from './figure.ts';
import { formatBytes, formatMs, formatNumber } from './format-number.ts';
import { type Html, html } from './html.ts';
import { isOfScenarios } from './verdict.ts';

/** The few numbers that somebody in a hurry asks for. */
export function tiles(evidence: Evidence, policy: Policy): Html {
  const all = isOfScenarios(evidence) ? ofScenarios(evidence) : ofLoad(evidence, policy);
  return html`<div class="tiles">${all.map(([value, words]) => html`<div class="tile"><b>${value}</b><span>${words}</span></div>`)}</div>`;
}

type Tile = readonly [value: Html, words: string];

function ofScenarios({ scenarios }: Evidence): readonly Tile[] {
  const count = (outcome: string): Html => {
    const value = scenarios.filter(({ verdict }) => verdict.outcome === outcome).length;
    return figure(`count(scenarios/${outcome})`, value, formatNumber);
  };
  return [
    [count('passed'), 'passed'],
    [count('failed'), 'failed'],
    [count('not-applicable'), 'not applicable'],
  ];
}

function ofLoad(evidence: Evidence, policy: Policy): readonly Tile[] {
  const { sessions } = measured;
  const peak = figureOrDash(`max(series/${sessions})`, peakOf(evidence, sessions), formatNumber);
  return [
    [peak, 'sessions at the same time'],
    ...ofClients(evidence),
    ofCreation(evidence),
    ofCleanups(evidence),
    ...(evidence.kind === 'soak' ? [ofMemory(evidence, policy)] : []),
  ];
}

function ofClients(evidence: Evidence): readonly Tile[] {
  const { accepted, refusedForLimit, ended } = fatesOf(evidence) ?? unknownFates;
  return [
    [
      figureOrDash(`count(samples/${measured.connect})`, accepted, formatNumber),
      'sessions created',
    ],
    [
      figureOrDash(`limit-count(samples/${measured.refused})`, refusedForLimit, formatNumber),
      'refused for the limit',
    ],
    [
      figureOrDash(`count(samples/${measured.ended})`, ended, formatNumber),
      'ended under a living client',
    ],
  ];
}

const unknownFates = { accepted: null, refusedForLimit: null, ended: null } as const;

function ofCreation(evidence: Evidence): Tile {
  const words = 'within which 99 of 100 were created';
  const { source = '', p99 = Number.POSITIVE_INFINITY } = creationOf(evidence) ?? {};
  return [figureOrDash(`p99(${source})`, Number.isFinite(p99) ? p99 : null, formatMs), words];
}

function ofCleanups(evidence: Evidence): Tile {
  const words = 'clean-ups at the limit freed a slot';
  const { part = 0, whole = 0 } = cleanupsOf(evidence) ?? {};
  if (whole === 0) return [figureOrDash('', null, formatNumber), words];
  const freed = figure(`increase(series/${measured.reapsSuccessful})`, part, formatNumber);
  return [html`${freed}<small> of ${figure('cleanups', whole, formatNumber)}</small>`, words];
}

function ofMemory(evidence: Evidence, policy: Policy): Tile {
  const { residentMemory, heapUsed } = measured;
  const name =
    [residentMemory, heapUsed].find((one) => pointsOf(evidence, one) !== null) ?? residentMemory;
  const slope = growthOf(evidence, policy, name).perDay?.slope ?? null;
  const value = figureOrDash(`slope-per-day(series/${name})`, slope, formatBytes);
  return [value, 'growth of memory in 24 hours'];
}
