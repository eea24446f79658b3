import { ofSorted } from '../statistics/percentile.ts';
import type { Point } from '../statistics/trend.ts';
import { figure, figureOrDash } from './figure.ts';
import { formatMs, formatNumber } from './format-number.ts';
import { type Html, html, told } from './html.ts';
import type { Latencies } from './latencies.ts';
import {
  type Box,
  drawing,
  horizontalAxis,
  legend,
  pathOf,
  plotWidth,
  round,
  verticalAxis,
} from './plot-frame.ts';
import { logScale, type Scale } from './scale.ts';

const box: Box = { left: 72, right: plotWidth - 20, top: 16, bottom: 300 };
/** Lines that can be told from each other. */
const MOST_LINES = 5;
/** Points of a line that can be seen. */
const MOST_POINTS = 300;
const shares = [0.5, 0.9, 0.99, 0.999] as const;

/** How long things took: a curve of percentiles, and the same as a table. Nothing where nothing was timed. */
export function latencySection(all: readonly Latencies[], limitMs: number): readonly Html[] {
  if (all.length === 0) return [];
  const drawn = all.slice(0, MOST_LINES);
  return [
    html`<section><h2>How long it took</h2>
<p class="lead">Read it like this: at 99&nbsp;% on the lower edge, the line is as high as the time within which 99 of 100 were done. Time grows tenfold from line to line.</p>
<figure class="scroll">${legend(drawn.map(({ name }) => name))}${plot(drawn, limitMs)}</figure>
${table(all)}</section>`,
  ];
}

function plot(all: readonly Latencies[], limitMs: number): Html {
  const ends = all.flatMap(({ sorted }) => [sorted[0] ?? 0, sorted.findLast(Number.isFinite) ?? 0]);
  const values = ends.filter((value) => value > 0 && Number.isFinite(value));
  const y = logScale(
    { from: Math.max(0.001, Math.min(...values, limitMs)), to: Math.max(...values, limitMs) },
    { from: box.bottom, to: box.top },
  );
  const most = Math.max(...all.map(({ sorted }) => sorted.length));
  const x = nines(Math.log10(2 * most));
  const lines = all.map(
    ({ sorted }, index) =>
      html`<path class="line c${index}" d="${pathOf(curveOf(sorted), x, y)}"/>`,
  );
  return drawing({ height: 340, label: 'Percentiles of times' }, [
    verticalAxis({ scale: y, label: formatMs }, box),
    horizontalAxis({ scale: x, label: (at) => `${percentAt(at)} %` }, box),
    all.some(({ isCreation }) => isCreation) ? limitLine(limitMs, y) : [],
    lines,
  ]);
}

function limitLine(limitMs: number, y: Scale): Html {
  const at = round(y.at(limitMs));
  return html`<line class="limit" x1="${box.left}" x2="${box.right}" y1="${at}" y2="${at}"/><text class="limit-word" x="${box.right}" y="${at - 6}" text-anchor="end">policy: creation below ${limitMs} ms</text>`;
}

/** The more nines, the farther to the right: 90 % at 1, 99 % at 2, 99.9 % at 3. */
function nines(to: number): Scale {
  const ticks = [0, Math.log10(2), 1, 2, 3, 4, 5].filter((tick) => tick <= to);
  const at = (value: number): number => box.left + (value / to) * (box.right - box.left);
  return { at, ticks };
}

function percentAt(nine: number): number {
  return Math.round(1e5 * (1 - 10 ** -nine)) / 1e3;
}

/** Every value in the middle of the share it stands for; of many, those that fall on different places. */
function curveOf(sorted: readonly number[]): readonly Point[] {
  const count = sorted.length;
  const end = Math.log10(2 * count);
  let drawn = Number.NEGATIVE_INFINITY;
  return sorted.flatMap((value, index): readonly Point[] => {
    const at = -Math.log10(1 - (index + 0.5) / count);
    const isHidden = at - drawn < end / MOST_POINTS && index !== count - 1;
    if (isHidden || !Number.isFinite(value)) return [];
    drawn = at;
    return [[at, value]];
  });
}

function table(all: readonly Latencies[]): Html {
  const rows = all.map(({ name, source, sorted }) => {
    const cells = shares.map((share) => {
      const of = `p${formatNumber(100 * share)}(${source})`;
      return html`<td>${figureOrDash(of, finite(ofSorted(sorted, share)), formatMs)}</td>`;
    });
    const longest = finite(sorted.at(-1) ?? null);
    return html`<tr><th scope="row">${told(name)}</th><td>${figure(`count(${source})`, sorted.length, formatNumber)}</td>${cells}<td>${figureOrDash(`max(${source})`, longest, formatMs)}</td></tr>`;
  });
  return html`<div class="scroll"><table class="numbers"><thead><tr><th scope="col">what</th><th scope="col">how many</th><th scope="col">half within</th><th scope="col">90&nbsp;% within</th><th scope="col">99&nbsp;% within</th><th scope="col">99.9&nbsp;% within</th><th scope="col">longest</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
