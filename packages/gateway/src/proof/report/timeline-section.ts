import type { Evidence, TimelineMark } from '../evidence/evidence.ts';
import { figure } from './figure.ts';
import { formatNumber, formatSpan } from './format-number.ts';
import { type Html, html, told } from './html.ts';
import { type Box, drawing, horizontalAxis, plotWidth, round } from './plot-frame.ts';
import { runLength } from './run-length.ts';
import type { Scale } from './scale.ts';
import { timeAxis } from './time-plot.ts';

/** Different texts a table of marks shows. */
const MOST_TEXTS = 100;

/** When what was done to the target, what came of it, and which scenario was played then. */
export function timelineSection(evidence: Evidence): readonly Html[] {
  const marks = allMarks(evidence);
  if (marks.length === 0 && evidence.scenarios.length === 0) return [];
  return [
    html`<section><h2>What happened when</h2>
<ul class="legend"><li><i class="key-passed"></i>passed</li><li><i class="key-failed"></i>failed</li><li><i class="key-not-applicable"></i>not applicable</li><li><i class="key-fault"></i>done to the target</li><li><i class="key-note"></i>seen</li></ul>
<figure class="scroll">${plot(evidence, marks)}</figure>${table(marks)}</section>`,
  ];
}

/** Marks of the run and of its scenarios, milliseconds since the start of the run. */
function allMarks({ marks, scenarios }: Evidence): readonly TimelineMark[] {
  const played = scenarios.flatMap(({ startedAtMs, marks: own }) =>
    own.map((mark) => ({ ...mark, atMs: startedAtMs + mark.atMs })),
  );
  return [...marks, ...played].toSorted((a, b) => a.atMs - b.atMs);
}

function plot(evidence: Evidence, marks: readonly TimelineMark[]): Html {
  const { scenarios } = evidence;
  const hasScenarios = scenarios.length > 0;
  const lanes = hasScenarios ? ['scenarios', 'done', 'seen'] : ['done', 'seen'];
  const box: Box = { left: 92, right: plotWidth - 20, top: 8, bottom: 8 + 34 * lanes.length };
  const axis = timeAxis(runLength(evidence), box);
  const heightOf = (lane: string): number => box.top + 34 * lanes.indexOf(lane) + 17;
  const words = lanes.map(
    (lane) =>
      html`<text class="tick" x="${box.left - 8}" y="${heightOf(lane) + 4}" text-anchor="end">${lane}</text>`,
  );
  const bars = scenarios.map(({ name, verdict, startedAtMs, tookMs }) => {
    const x = round(axis.scale.at(startedAtMs));
    const width = Math.max(2, round(axis.scale.at(startedAtMs + tookMs) - x - 1));
    return html`<rect class="${verdict.outcome}" x="${x}" y="${heightOf('scenarios') - 11}" width="${width}" height="22"><title>${name}: ${verdict.outcome}</title></rect>`;
  });
  return drawing({ height: box.bottom + 30, label: 'What happened over time' }, [
    horizontalAxis(axis, box),
    words,
    bars,
    ticksOf(marks, 'fault', { scale: axis.scale, y: heightOf('done') }),
    ticksOf(marks, 'note', { scale: axis.scale, y: heightOf('seen') }),
  ]);
}

interface Lane {
  readonly scale: Scale;
  readonly y: number;
}

/** One tick for all marks at the same place: a day has thousands of them. */
function ticksOf(
  marks: readonly TimelineMark[],
  kind: TimelineMark['kind'],
  { scale, y }: Lane,
): readonly Html[] {
  const byPlace = new Map<number, string[]>();
  for (const mark of marks) {
    if (mark.kind !== kind) continue;
    const x = Math.round(scale.at(mark.atMs) / 3) * 3;
    byPlace.set(x, [...(byPlace.get(x) ?? []).slice(0, 3), mark.what]);
  }
  return [...byPlace].map(
    ([x, texts]) =>
      html`<line class="${kind}" x1="${x}" x2="${x}" y1="${y - 10}" y2="${y + 10}"><title>${texts.join('\n')}</title></line>`,
  );
}

interface Told {
  readonly kind: TimelineMark['kind'];
  readonly what: string;
  readonly index: number;
  count: number;
  readonly firstMs: number;
  lastMs: number;
}

function table(marks: readonly TimelineMark[]): readonly Html[] {
  const byText = new Map<string, Told>();
  for (const { kind, what, atMs } of marks) {
    const key = `${kind} ${what}`;
    const before = byText.get(key);
    if (before === undefined) {
      byText.set(key, { kind, what, index: byText.size, count: 1, firstMs: atMs, lastMs: atMs });
    } else {
      before.count += 1;
      before.lastMs = atMs;
    }
  }
  if (byText.size === 0) return [];
  const rows = [...byText.values()]
    .slice(0, MOST_TEXTS)
    .map(({ kind, what, index, count, firstMs, lastMs }) => {
      const of = (name: string): string => `${name}(marks/${index})`;
      return html`<tr><td>${kind === 'fault' ? 'done' : 'seen'}</td><td class="wide">${told(what)}</td><td>${figure(of('count'), count, formatNumber)}</td><td>${figure(of('first'), firstMs, formatSpan)}</td><td>${figure(of('last'), lastMs, formatSpan)}</td></tr>`;
    });
  const rest = byText.size - MOST_TEXTS;
  const more =
    rest > 0
      ? html`<p class="lead">And ${figure('more-marks', rest, formatNumber)} other texts, which are in evidence.json.</p>`
      : [];
  return [
    html`<div class="scroll"><table class="numbers"><thead><tr><th scope="col"></th><th scope="col" class="wide">what</th><th scope="col">times</th><th scope="col">first after</th><th scope="col">last after</th></tr></thead><tbody>${rows}</tbody></table></div>${more}`,
  ];
}
