import type { Evidence } from '../evidence/evidence.ts';
import { compareWithPlan } from '../evidence/plan.ts';
import type { PlayedScenario, Verdict } from '../scenarios/outcome.ts';
import { figure } from './figure.ts';
import { formatNumber, formatSpan } from './format-number.ts';
import { type Html, html, told } from './html.ts';

const order: readonly Verdict['outcome'][] = ['failed', 'not-applicable', 'passed'];

interface Row {
  readonly played: PlayedScenario;
  /** Its place in the evidence. */
  readonly index: number;
}

/** What failed, at length: cause, expected and got. */
export function failuresSection({ scenarios }: Evidence): readonly Html[] {
  const failures = scenarios.flatMap(failure);
  return failures.length === 0 ? [] : [html`<section><h2>What failed</h2>${failures}</section>`];
}

/** Every scenario, failures first. */
export function scenariosSection(evidence: Evidence): readonly Html[] {
  const rows = evidence.scenarios
    .map((played, index) => ({ played, index }))
    .toSorted((a, b) => rank(a) - rank(b));
  const { missing } = compareWithPlan(evidence);
  if (rows.length === 0 && missing.length === 0) return [];
  return [
    html`<section><h2>Scenarios</h2>
<div class="scroll"><table><thead><tr><th scope="col"></th><th scope="col" class="wide">scenario</th><th scope="col" class="number">round</th><th scope="col" class="number">took</th></tr></thead><tbody>${rows.map(line)}${missing.map(missingLine)}</tbody></table></div></section>`,
  ];
}

function rank({ played }: Row): number {
  return order.indexOf(played.verdict.outcome);
}

function failure({ name, claim, verdict }: PlayedScenario): readonly Html[] {
  if (verdict.outcome !== 'failed') return [];
  const text = html`<article class="failure"><h3>${told(name)}</h3>
<p class="cause">${told(verdict.cause)}</p>
<dl><dt>claim</dt><dd>${told(claim)}</dd><dt>expected</dt><dd>${told(verdict.expected)}</dd><dt>got</dt><dd>${told(verdict.got)}</dd></dl></article>`;
  return [text];
}

function line({ played, index }: Row): Html {
  const { name, claim, covers, round, verdict, tookMs } = played;
  const { outcome } = verdict;
  const why =
    outcome === 'not-applicable' ? html`<p class="advice">${told(verdict.why)}</p>` : html``;
  const words = outcome.replace('-', ' ');
  return html`<tr><td><span class="badge ${outcome}">${words}</span></td><td class="wide"><strong>${told(name)}</strong><p>${told(claim)}</p>${why}<p class="covers">${covers.map((one, at) => html`${at === 0 ? '' : ' · '}${told(one)}`)}</p></td><td class="number">${figure(`round(scenarios/${index})`, round, formatNumber)}</td><td class="number">${figure(`took(scenarios/${index})`, tookMs, formatSpan)}</td></tr>`;
}

function missingLine(name: string): Html {
  return html`<tr><td><span class="badge unknown">not played</span></td><td class="wide"><strong>${told(name)}</strong><p>It was to be played, and the run ended before it.</p></td><td></td><td></td></tr>`;
}
