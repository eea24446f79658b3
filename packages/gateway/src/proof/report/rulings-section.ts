import type { FilelessRuling } from '../gate/ruling.ts';
import { type Html, html, withCode } from './html.ts';

const order: readonly FilelessRuling['outcome'][] = ['missed', 'unknown', 'met'];
const words: Readonly<Record<FilelessRuling['outcome'], string>> = {
  met: 'met',
  missed: 'missed',
  unknown: 'unknown',
};

/** What the policy asks and what the run shows, what was missed first. */
export function rulingsSection(rulings: readonly FilelessRuling[]): Html {
  const sorted = rulings.toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  const rows = sorted.map(
    ({ rule, outcome, expected, got, advice }) =>
      html`<tr><td><span class="badge ${outcome}">${words[outcome]}</span></td><td class="wide ruling">${withCode(expected)}</td><td class="wide ruling">${withCode(got)}${advice === '' ? '' : html`<p class="advice">${withCode(advice)}</p>`}</td><td><code class="rule">${rule}</code></td></tr>`,
  );
  return html`<section><h2>What is asked of it</h2>
<p class="lead">By the default policy. A gate may have another one; it looks at all runs together.</p>
<div class="scroll"><table><thead><tr><th scope="col"></th><th scope="col" class="wide">asked for</th><th scope="col" class="wide">this run</th><th scope="col">rule</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
