import type { Evidence } from '../evidence/evidence.ts';
import { measured } from '../evidence/measured.ts';
import { pointsOf } from '../evidence/tally.ts';
import { growthOf } from '../gate/judge-soak.ts';
import type { Policy } from '../gate/policy.ts';
import type { Growth } from '../statistics/growth.ts';
import { figure } from './figure.ts';
import { type Format, formatFor, formatSpan } from './format-number.ts';
import { type Html, html, type HtmlPart } from './html.ts';
import { type Box, round } from './plot-frame.ts';
import type { Scale } from './scale.ts';
import { runLength } from './run-length.ts';
import { shade, timePlot } from './time-plot.ts';

const titles: ReadonlyMap<string, string> = new Map([
  [measured.residentMemory, 'Memory of the process'],
  [measured.heapUsed, 'Memory of its objects'],
  [measured.openFiles, 'Open files'],
]);

const outcomes: Readonly<Record<Growth['outcome'], string>> = {
  steady: 'It is steady',
  growing: 'It grows',
  unknown: 'Whether it grows cannot be told',
};

/** What a target holds over the time of a run, with the slope of each and how sure it is. */
export function growthSection(evidence: Evidence, policy: Policy): readonly Html[] {
  const plots = [...titles].flatMap(([name, title]) => {
    const series = evidence.series.find((one) => one.name === name);
    if (series === undefined || series.points.length < 2) return [];
    const growth = growthOf(evidence, policy, name);
    const format = formatFor(series.unit);
    return [
      html`<figure class="scroll"><figcaption><h3>${title}</h3><p>${describe(name, growth, format)}</p></figcaption>${plot(evidence, { name, title, growth, format })}</figure>`,
    ];
  });
  if (plots.length === 0) return [];
  return [
    html`<section><h2>What it holds over time</h2>
<p class="lead">Grey is the start, which is left out. The straight line is the trend of the rest; with 95&nbsp;% confidence its slope lies within the wedge. It counts as growth if it may rise by more than <span class="policy">${policy.maxGrowthPercent}&nbsp;%</span> in 24 hours.</p>${plots}</section>`,
  ];
}

function describe(name: string, growth: Growth, format: Format): HtmlPart {
  const { outcome, perDay, points } = growth;
  const of = (what: string): string => `${what}(series/${name})`;
  if (perDay === null) {
    return html`Whether it grows cannot be told: there are ${figure(of('warm-count'), points.length, String)} points after the start, which are too few or too unevenly spread.`;
  }
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  return html`${outcomes[outcome]}: told from ${figure(of('warm-span'), span, formatSpan)}, its trend is ${figure(of('slope-per-day'), perDay.slope, format)} in 24 hours, with 95&nbsp;% confidence between ${figure(of('slope-low-per-day'), perDay.low, format)} and ${figure(of('slope-high-per-day'), perDay.high, format)}, at a level of ${figure(of('level'), growth.level ?? 0, format)}.`;
}

interface PlotParts {
  readonly name: string;
  readonly title: string;
  readonly growth: Growth;
  readonly format: Format;
}

function plot(evidence: Evidence, { name, title, growth, format }: PlotParts): Html {
  return timePlot({
    label: `${title} over time`,
    height: 240,
    lengthMs: runLength(evidence),
    lines: [{ points: pointsOf(evidence, name) ?? [] }],
    format,
    fromZero: true,
    over: (x, y, box) => trendOf(growth, { x, y, box }),
  });
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
  readonly box: Box;
}

/** The warm-up, and the trend with its wedge around the middle of what was judged. */
function trendOf({ trend, points }: Growth, { x, y, box }: Scales): HtmlPart {
  const from = points[0]?.[0];
  const to = points.at(-1)?.[0];
  if (from === undefined || to === undefined) return [];
  const warmUp = shade(box.left, x.at(from), box);
  if (trend === null) return warmUp;
  const middle = (from + to) / 2;
  const level = trend.intercept + trend.slope * middle;
  const heightAt = (at: number, slope: number): number => {
    const height = y.at(level + slope * (at - middle));
    return round(Math.min(box.bottom, Math.max(box.top, height)));
  };
  const [left, center, right] = [from, middle, to].map((at) => round(x.at(at)));
  const centerY = round(y.at(level));
  const wedge = (slopeA: number, slopeB: number): string =>
    `M${center} ${centerY}L${left} ${heightAt(from, slopeA)}L${left} ${heightAt(from, slopeB)}ZM${center} ${centerY}L${right} ${heightAt(to, slopeA)}L${right} ${heightAt(to, slopeB)}Z`;
  return html`${warmUp}<path class="wedge" d="${wedge(trend.low, trend.high)}"/><line class="trend" x1="${left ?? 0}" x2="${right ?? 0}" y1="${heightAt(from, trend.slope)}" y2="${heightAt(to, trend.slope)}"/>`;
}
