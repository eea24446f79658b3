import type { SealedEvidence } from '../evidence/evidence.ts';
import { lengthOf } from '../evidence/contradictions.ts';
import { compareWithPlan } from '../evidence/plan.ts';
import type { FilelessRuling } from '../gate/ruling.ts';
import type { PlayedScenario } from '../scenarios/outcome.ts';
import { figure } from './figure.ts';
import { formatNumber, formatSpan } from './format-number.ts';
import { type Html, html, told, withCode } from './html.ts';

/** How a run came out, in one sentence. */
export interface RunVerdict {
  /** `open`: nothing went wrong, and not everything could be told. */
  readonly tone: 'good' | 'bad' | 'open';
  readonly word: string;
  readonly sentence: Html;
}

/** Names a sentence lists before it only counts. */
const MOST_NAMES = 3;
const LONGEST_NAME = 80;

/** The verdict on a run: of its scenarios, or of its load by the rulings of the policy. */
export function findVerdict(
  evidence: SealedEvidence,
  rulings: readonly FilelessRuling[],
): RunVerdict {
  return isOfScenarios(evidence) ? ofScenarios(evidence) : ofLoad(evidence, rulings);
}

/** Whether a run is one of scenarios: what a policy asks of those is that they pass. */
export function isOfScenarios({ kind }: Pick<SealedEvidence, 'kind'>): boolean {
  return kind === 'verify' || kind === 'compare';
}

function ofScenarios(evidence: SealedEvidence): RunVerdict {
  const { scenarios } = evidence;
  const count = (outcome: string): number =>
    scenarios.filter(({ verdict }) => verdict.outcome === outcome).length;
  const [failed, passed, skipped] = [count('failed'), count('passed'), count('not-applicable')];
  const all = figure('count(scenarios)', scenarios.length, formatNumber);
  const rest =
    skipped === 0
      ? html``
      : html` ${figure('count(scenarios/not-applicable)', skipped, formatNumber)} could not be played against this target.`;
  if (failed > 0) {
    const names = namesOf(scenarios);
    const sentence = html`${figure('count(scenarios/failed)', failed, formatNumber)} of ${all} scenarios failed: ${names}.${rest}`;
    return { tone: 'bad', word: 'Failed', sentence };
  }
  const { missing } = compareWithPlan(evidence);
  if (!evidence.isComplete || missing.length > 0) {
    const sentence = html`The run was ended early: ${all} of ${figure('count(planned)', evidence.planned.length, formatNumber)} scenarios were played. None of them failed, and the rest is unknown.`;
    return { tone: 'open', word: 'Not complete', sentence };
  }
  if (passed === 0) {
    const sentence = html`Nothing was shown: no scenario was played that this target could pass.${rest}`;
    return { tone: 'open', word: 'Nothing shown', sentence };
  }
  const sentence = html`${skipped === 0 && passed > 1 ? 'All ' : ''}${figure('count(scenarios/passed)', passed, formatNumber)} ${passed === 1 ? 'scenario' : 'scenarios'} passed.${rest}`;
  return { tone: 'good', word: 'Passed', sentence };
}

function namesOf(scenarios: readonly PlayedScenario[]): readonly Html[] {
  const failed = scenarios.filter(({ verdict }) => verdict.outcome === 'failed');
  const names = [...new Set(failed.map(({ name }) => name))];
  const shown = names
    .slice(0, MOST_NAMES)
    .map((name, index) => html`${index === 0 ? '' : ', '}${told(name, LONGEST_NAME)}`);
  return names.length > MOST_NAMES ? [...shown, html` and others`] : shown;
}

function ofLoad(evidence: SealedEvidence, rulings: readonly FilelessRuling[]): RunVerdict {
  const length = figure('length', Math.max(0, lengthOf(evidence)), formatSpan);
  const missed = rulings.filter(({ outcome }) => outcome === 'missed');
  const unknown = rulings.filter(({ outcome }) => outcome === 'unknown');
  if (missed.length > 0) {
    const first = missed
      .slice(0, MOST_NAMES)
      .map(({ got }, index) => [index === 0 ? '' : '; ', withCode(got)]);
    const sentence = html`In ${length} the target broke ${figure('rulings(missed)', missed.length, formatNumber)} of ${figure('rulings', rulings.length, formatNumber)} limits: <span class="ruling">${first}</span>.`;
    return { tone: 'bad', word: 'Failed', sentence };
  }
  if (!evidence.isComplete) {
    const sentence = html`The run was ended early, after ${length}. What it saw until then broke no limit, and the rest is unknown.`;
    return { tone: 'open', word: 'Not complete', sentence };
  }
  if (unknown.length > 0) {
    const sentence = html`No limit was broken in ${length}. Of ${figure('rulings', rulings.length, formatNumber)} limits, ${figure('rulings(unknown)', unknown.length, formatNumber)} cannot be judged by this run; the table says why.`;
    return { tone: 'open', word: 'No limit broken', sentence };
  }
  const sentence = html`In ${length} the target kept to all ${figure('rulings', rulings.length, formatNumber)} limits.`;
  return { tone: 'good', word: 'Passed', sentence };
}
