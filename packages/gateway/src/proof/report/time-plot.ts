import type { Point } from '../statistics/trend.ts';
import { formatSpan } from './format-number.ts';
import type { Html, HtmlPart } from './html.ts';
import { html } from './html.ts';
import {
  type Axis,
  type Box,
  drawing,
  horizontalAxis,
  pathOf,
  plotWidth,
  round,
  verticalAxis,
} from './plot-frame.ts';
import { linearScale, type Scale, timeScale } from './scale.ts';
import { slicePoints } from './slice-points.ts';

/** A series as a line of a plot. */
interface TimeLine {
  readonly points: readonly Point[];
}

/** What a plot over time shows. */
export interface TimePlotParts {
  readonly label: string;
  readonly height: number;
  /** Length of the run, milliseconds. */
  readonly lengthMs: number;
  readonly lines: readonly TimeLine[];
  readonly format: (value: number) => string;
  /** The vertical axis begins at 0. */
  readonly fromZero: boolean;
  /** Drawn over the lines. */
  readonly over?: (x: Scale, y: Scale, box: Box) => HtmlPart;
}

const SLICES = 200;

/** Lines over the time of a run. */
export function timePlot(parts: TimePlotParts): Html {
  const { label, height, lengthMs, lines, format, fromZero, over } = parts;
  const box: Box = { left: 92, right: plotWidth - 20, top: 12, bottom: height - 30 };
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const least = values.reduce((a, b) => Math.min(a, b), fromZero ? 0 : Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const y = linearScale({ from: least, to: most }, { from: box.bottom, to: box.top }, 5);
  const x = timeAxis(lengthMs, box);
  const paths = lines.map(({ points }, index) => lineOf(points, index, { x: x.scale, y }));
  return drawing({ height, label }, [
    verticalAxis({ scale: y, label: format }, box),
    horizontalAxis(x, box),
    paths,
    over === undefined ? [] : over(x.scale, y, box),
  ]);
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

/** A line through the points; of many, through the middle of each slice of time, in a band from the lowest to the highest. */
function lineOf(points: readonly Point[], index: number, { x, y }: Scales): Html {
  const slices = slicePoints(points, SLICES);
  if (slices === null) return html`<path class="line c${index}" d="${pathOf(points, x, y)}"/>`;
  const upper = slices.map(({ at, highest }) => [at, highest] as const);
  const lower = slices.map(({ at, lowest }) => [at, lowest] as const).toReversed();
  const band = `${pathOf([...upper, ...lower], x, y)}Z`;
  const middle = pathOf(
    slices.map(({ at, middle: value }) => [at, value] as const),
    x,
    y,
  );
  return html`<path class="band c${index}" d="${band}"/><path class="line c${index}" d="${middle}"/>`;
}

/** The time of a run along the lower edge of a plot. */
export function timeAxis(lengthMs: number, { left, right }: Box): Axis {
  const scale = timeScale(lengthMs, { from: left, to: right }, 10);
  return { scale, label: (ms) => (ms === 0 ? 'start' : formatSpan(ms)) };
}

/** A stretch of time as a shaded part of a plot. */
export function shade(fromX: number, toX: number, { top, bottom }: Box): Html {
  return html`<rect class="shade" x="${round(fromX)}" y="${top}" width="${round(Math.max(0, toX - fromX))}" height="${bottom - top}"/>`;
}
