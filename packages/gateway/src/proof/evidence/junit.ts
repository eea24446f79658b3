import type { PlayedScenario } from '../scenarios/outcome.ts';
import { lengthOf } from './contradictions.ts';
import type { Evidence, SealedEvidence } from './evidence.ts';
import { compareWithPlan } from './plan.ts';

/** What XML 1.0 has no way to write: control characters, halves of surrogate pairs, the two non-characters. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/**
 * The scenarios of a run as JUnit's XML: one `testcase` for each round of each, those that are not applicable `skipped`,
 * those that were planned and not played an `error`. Source of the form: the schema of Maven Surefire's reports.
 */
export function writeJunit(evidence: SealedEvidence): string {
  const { kind, target, startedAt, scenarios } = evidence;
  const { missing } = compareWithPlan(evidence);
  const count = (outcome: string): number =>
    scenarios.filter(({ verdict }) => verdict.outcome === outcome).length;
  const totals =
    `tests="${scenarios.length + missing.length}" failures="${count('failed')}" ` +
    `errors="${missing.length}" skipped="${count('not-applicable')}" ` +
    `time="${seconds(Math.max(0, lengthOf(evidence)))}"`;
  const name = attribute(`holdfast ${kind}: ${target.name}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${name} ${totals}>`,
    `  <testsuite name=${name} ${totals} timestamp="${startedAt.slice(0, 19)}">`,
    ...writeProperties(evidence),
    ...scenarios.map(writeCase),
    ...missing.map(writeMissing),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function writeProperties({ commit, version, digest, target, settings }: SealedEvidence): string[] {
  const { url, environment } = target;
  const all: Evidence['settings'] = { commit, version, digest, url, environment, ...settings };
  const lines = Object.entries(all).map(
    ([name, value]) =>
      `      <property name=${attribute(name)} value=${attribute(String(value ?? ''))}/>`,
  );
  return ['    <properties>', ...lines, '    </properties>'];
}

function writeCase({ name, category, round, verdict, tookMs }: PlayedScenario): string {
  const label = round === 1 ? name : `${name} (round ${round})`;
  const open = `    <testcase name=${attribute(label)} classname=${attribute(category)} time="${seconds(tookMs)}"`;
  if (verdict.outcome === 'passed') return `${open}/>`;
  if (verdict.outcome === 'not-applicable') {
    return `${open}><skipped message=${attribute(verdict.why)}/></testcase>`;
  }
  const text = escape(`${verdict.cause} Expected ${verdict.expected}, got ${verdict.got}.`);
  return `${open}><failure type="finding" message=${attribute(verdict.cause)}>${text}</failure></testcase>`;
}

function writeMissing(name: string): string {
  const category = name.split('/')[0] ?? name;
  const why = 'It was to be played, and the run ended before it.';
  return `    <testcase name=${attribute(name)} classname=${attribute(category)} time="0.000"><error type="not-played" message="${why}"/></testcase>`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

function attribute(text: string): string {
  return `"${escape(text).replaceAll('\n', '&#10;').replaceAll('\r', '&#13;').replaceAll('\t', '&#9;')}"`;
}

function escape(text: string): string {
  return text
    .replaceAll(UNWRITABLE, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
