import type { Evidence, Series } from '../evidence/evidence.ts';
import { creationEdgesMs, creationsWithin, measured } from '../evidence/measured.ts';
import type { Point } from '../statistics/trend.ts';
import { figure } from './figure.ts';
import { formatFor } from './format-number.ts';
import { type Html, html, told } from './html.ts';
import { pathOf } from './plot-frame.ts';
import { linearScale } from './scale.ts';
import { slicePoints } from './slice-points.ts';

/** Those that have plots of their own. */
const shownElsewhere: ReadonlySet<string> = new Set([
  measured.residentMemory,
  measured.heapUsed,
  measured.openFiles,
  measured.sessions,
  measured.sessionsCounted,
  measured.creations,
  measured.targetProcess,
  ...creationEdgesMs.map(creationsWithin),
]);

/** Whatever else was measured over time, each small. */
export function otherSection({ series }: Evidence): readonly Html[] {
  const rest = series.filter(({ name, points }) => points.length > 0 && !shownElsewhere.has(name));
  if (rest.length === 0) return [];
  return [
    html`<section><h2>What else was watched</h2><div class="smalls">${rest.map(small)}</div></section>`,
  ];
}

function small({ name, unit, points }: Series): Html {
  const values = points.map(([, value]) => value);
  const format = formatFor(unit);
  const lowest = values.reduce((a, b) => Math.min(a, b));
  const highest = values.reduce((a, b) => Math.max(a, b));
  const of = (what: string): string => `${what}(series/${name})`;
  const last = points.at(-1);
  const x = linearScale({ from: points[0]?.[0] ?? 0, to: last?.[0] ?? 1 }, { from: 2, to: 238 }, 4);
  const y = linearScale({ from: lowest, to: highest }, { from: 46, to: 4 }, 4);
  return html`<figure class="small"><figcaption>${told(name)}</figcaption><svg viewBox="0 0 240 50" role="img" aria-label="${name}"><path class="line c0" d="${pathOf(thin(points), x, y)}"/></svg><p>from ${figure(of('min'), lowest, format)} to ${figure(of('max'), highest, format)}, ${figure(of('last'), last?.[1] ?? 0, format)} at the end</p></figure>`;
}

/** Lowest and highest of each slice of time where there are more points than places. */
function thin(points: readonly Point[]): readonly Point[] {
  const slices = slicePoints(points, 60);
  return (
    slices?.flatMap(
      ({ at, lowest, highest }) =>
        [
          [at, lowest],
          [at, highest],
        ] as const,
    ) ?? points
  );
}
