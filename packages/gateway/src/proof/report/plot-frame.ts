import { type Html, html, type HtmlPart } from './html.ts';
import type { Scale } from './scale.ts';
import type { Point } from '../statistics/trend.ts';

/** Width of every plot, in units of its own; it is scaled to the page. */
export const plotWidth = 960;

/** Where the lines of a plot are drawn. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** An axis with the words at its ticks. */
export interface Axis {
  readonly scale: Scale;
  readonly label: (value: number) => string;
}

/** Grid and words of the vertical axis. */
export function verticalAxis({ scale, label }: Axis, { left, right }: Box): readonly Html[] {
  return scale.ticks.map((tick) => {
    const y = round(scale.at(tick));
    return html`<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/><text class="tick" x="${left - 8}" y="${y + 4}" text-anchor="end">${label(tick)}</text>`;
  });
}

/** Ticks and words of the horizontal axis. */
export function horizontalAxis(
  { scale, label }: Axis,
  { left, right, bottom }: Box,
): readonly Html[] {
  const line = html`<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`;
  const ticks = scale.ticks.map((tick) => {
    const x = round(scale.at(tick));
    return html`<line class="axis" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 4}"/><text class="tick" x="${x}" y="${bottom + 18}" text-anchor="middle">${label(tick)}</text>`;
  });
  return [line, ...ticks];
}

/** Points as a path, by these scales. */
export function pathOf(points: readonly Point[], x: Scale, y: Scale): string {
  return points
    .map(
      ([at, value], index) => `${index === 0 ? 'M' : 'L'}${round(x.at(at))} ${round(y.at(value))}`,
    )
    .join('');
}

/** To a tenth of a unit: finer than can be seen. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** What a plot is put on. */
export interface PlotParts {
  readonly height: number;
  /** What it shows, for those who do not see it. */
  readonly label: string;
}

/** A picture, as wide as the page. */
export function drawing({ height, label }: PlotParts, content: readonly HtmlPart[]): Html {
  return html`<svg viewBox="0 0 ${plotWidth} ${height}" role="img" aria-label="${label}">${content}</svg>`;
}

/** Names of lines, with a piece of each. */
export function legend(names: readonly string[]): Html {
  const items = names.map(
    (name, index) =>
      html`<li><svg class="key" viewBox="0 0 18 10" aria-hidden="true"><line class="line c${index}" x1="0" x2="18" y1="5" y2="5"/></svg><bdi>${name}</bdi></li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}
