import type { SealedEvidence } from '../evidence/evidence.ts';
import { type Html, html, type HtmlPart, told } from './html.ts';

/** What was run: everything the evidence says of where it comes from, as it stands there. */
export function runSection(evidence: SealedEvidence): Html {
  const { kind, commit, version, startedAt, endedAt, target, machine, settings } = evidence;
  const facts: readonly (readonly [string, HtmlPart])[] = [
    ['command', told(`holdfast ${kind}`)],
    ['target', told(target.name)],
    ['address', told(target.url ?? 'started for the run')],
    ['environment', told(target.environment ?? 'not told')],
    ['commit', told(commit ?? 'none: not in a checkout')],
    ['version', told(version)],
    ['began', told(startedAt)],
    ['ended', told(endedAt)],
    ['went to its end', evidence.isComplete ? 'yes' : 'no'],
    ['machine', told(`${machine.platform}, ${machine.cpus} cores, Node ${machine.node}`)],
    ['digest', told(evidence.digest)],
    ['signature', told(evidence.signature ?? 'none')],
  ];
  const given = Object.entries(settings).map(
    ([name, value]) => [name, told(String(value ?? 'not given'))] as const,
  );
  return html`<section><h2>What was run</h2><div class="facts"><dl>${facts.map(fact)}</dl><dl>${given.map(fact)}</dl></div>
<p class="lead">Every number on this page was computed from the raw values in evidence.json, which lies beside it; hold the pointer over a number to see from which. Percentiles are by nearest rank: a value that was measured. Slopes are medians of the slopes between 30 stretches of the time (Theil and Sen), with an interval that reckons with the dependence of neighbours. This page was not sealed: what counts is evidence.json and its digest.</p></section>`;
}

function fact([name, value]: readonly [string, HtmlPart]): Html {
  return html`<dt>${told(name)}</dt><dd>${value}</dd>`;
}
