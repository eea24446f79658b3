import { createHash } from 'node:crypto';
import type { SealedEvidence } from '../evidence/evidence.ts';
import { judgeRun } from '../gate/judge-run.ts';
import { seedPolicy } from '../gate/policy.ts';
import { growthSection } from './growth-section.ts';
import { Html, html, told } from './html.ts';
import { findLatencies } from './latencies.ts';
import { latencySection } from './latency-section.ts';
import { otherSection } from './other-section.ts';
import { rulingsSection } from './rulings-section.ts';
import { runSection } from './run-section.ts';
import { failuresSection, scenariosSection } from './scenarios-section.ts';
import { sessionsSection } from './sessions-section.ts';
import { style } from './style.ts';
import { tiles } from './tiles.ts';
import { timelineSection } from './timeline-section.ts';
import { findVerdict, isOfScenarios } from './verdict.ts';

/** Nothing is loaded, nothing runs, and only the look of this page is its look. */
const policyOfPage = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** Characters of the name of a target in the head of a page. */
const LONGEST_NAME = 120;

/**
 * The report on a run: one page that needs no network and holds no script. Its numbers are computed here, from the raw
 * values of the evidence, and each names its source in its markup.
 */
export function writeReport(evidence: SealedEvidence): string {
  const policy = seedPolicy;
  const rulings = judgeRun(evidence, policy);
  const body = [
    head(evidence, rulings),
    tiles(evidence, policy),
    ...failuresSection(evidence),
    ...(isOfScenarios(evidence) ? [] : [rulingsSection(rulings)]),
    ...latencySection(findLatencies(evidence), policy.creationP99BelowMs),
    ...growthSection(evidence, policy),
    ...sessionsSection(evidence),
    ...timelineSection(evidence),
    ...scenariosSection(evidence),
    ...otherSection(evidence),
    runSection(evidence),
  ];
  return page(`holdfast ${evidence.kind}: ${evidence.target.name.slice(0, LONGEST_NAME)}`, body);
}

function head(evidence: SealedEvidence, rulings: ReturnType<typeof judgeRun>): Html {
  const { kind, target, startedAt, commit } = evidence;
  const { tone, word, sentence } = findVerdict(evidence, rulings);
  const date = startedAt.slice(0, 16).replace('T', ' ');
  return html`<header class="verdict ${tone}"><span class="word">${word}</span><h1>${sentence}</h1><p class="from">${told(`holdfast ${kind} of ${target.name}`, LONGEST_NAME)}, ${told(`${date} UTC`)}, ${told(commit === null ? 'no commit' : `commit ${commit.slice(0, 12)}${commit.endsWith('+') ? '+' : ''}`)}</p></header>`;
}

function page(title: string, body: readonly Html[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOfPage}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="holdfast">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}
