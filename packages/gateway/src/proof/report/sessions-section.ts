import type { Evidence } from '../evidence/evidence.ts';
import { measured } from '../evidence/measured.ts';
import { increaseOf, peakOf, pointsOf } from '../evidence/tally.ts';
import type { Point } from '../statistics/trend.ts';
import { figure, figureOrDash } from './figure.ts';
import { formatNumber } from './format-number.ts';
import { type Html, html } from './html.ts';
import {
  type Box,
  drawing,
  horizontalAxis,
  legend,
  plotWidth,
  round,
  verticalAxis,
} from './plot-frame.ts';
import { runLength } from './run-length.ts';
import { linearScale } from './scale.ts';
import { timeAxis, timePlot } from './time-plot.ts';

/** Bars of a plot. */
const BARS = 60;

/** Sessions over time: those there should be, those the target counts, and those it removed because nobody was behind them. */
export function sessionsSection(evidence: Evidence): readonly Html[] {
  const lines = [
    ['held by clients', measured.sessions] as const,
    ['counted by the target', measured.sessionsCounted] as const,
  ].flatMap(([title, name]) => {
    const points = pointsOf(evidence, name);
    return points === null ? [] : [{ title, points }];
  });
  const reaped = pointsOf(evidence, measured.sessionsReaped);
  const freed = pointsOf(evidence, measured.reapsSuccessful);
  const [name, reaps] =
    reaped === null ? [measured.reapsSuccessful, freed] : [measured.sessionsReaped, reaped];
  if (lines.length === 0) return [];
  const sessions = timePlot({
    label: 'Sessions over time',
    height: 220,
    lengthMs: runLength(evidence),
    lines,
    format: formatNumber,
    fromZero: true,
  });
  return [
    html`<section><h2>Sessions, and those that were removed</h2>
<p class="lead">At most ${figureOrDash(`max(series/${measured.sessions})`, peakOf(evidence, measured.sessions), formatNumber)} sessions at the same time. The two lines are to be one: a gap between them is a session that is counted and not there, or there and not counted.</p>
<figure class="scroll">${legend(lines.map(({ title }) => title))}${sessions}</figure>${reaps === null ? [] : reapsFigure(evidence, name, reaps)}</section>`,
  ];
}

function reapsFigure(evidence: Evidence, name: string, points: readonly Point[]): Html {
  const total = figure(`increase(series/${name})`, increaseOf(points), formatNumber);
  return html`<figure class="scroll"><figcaption><h3>Sessions removed because their client was gone</h3><p>${total} in all.</p></figcaption>${bars(points, runLength(evidence))}</figure>`;
}

function bars(points: readonly Point[], lengthMs: number): Html {
  const box: Box = { left: 92, right: plotWidth - 20, top: 12, bottom: 130 };
  const counts = Array.from({ length: BARS }, () => 0);
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined) continue;
    const bar = Math.min(BARS - 1, Math.floor((point[0] / lengthMs) * BARS));
    counts[bar] = (counts[bar] ?? 0) + increaseOf([before, point]);
  }
  const y = linearScale(
    { from: 0, to: Math.max(1, ...counts) },
    { from: box.bottom, to: box.top },
    3,
  );
  const width = (box.right - box.left) / BARS;
  const shapes = counts.map((count, index) => {
    if (count === 0) return [];
    const top = round(y.at(count));
    return html`<rect class="bar" x="${round(box.left + index * width + 1)}" y="${top}" width="${round(width - 2)}" height="${round(box.bottom - top)}"><title>${formatNumber(count)}</title></rect>`;
  });
  return drawing({ height: 160, label: 'Removed sessions over time' }, [
    verticalAxis({ scale: y, label: formatNumber }, box),
    horizontalAxis(timeAxis(lengthMs, box), box),
    shapes,
  ]);
}
