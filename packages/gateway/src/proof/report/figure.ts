import type { Format } from './format-number.ts';
import { type Html, html } from './html.ts';

/**
 * A number of the page with what it was computed from: `of` says how, in the words of docs/evidence.md, such as
 * `p99(samples/creation)`. The exact value stands in its markup.
 */
export function figure(of: string, value: number, format: Format): Html {
  return html`<data value="${value}" data-of="${of}" title="${of}">${format(value)}</data>`;
}

/** The same where there may be no value: a dash then. */
export function figureOrDash(of: string, value: number | null, format: Format): Html {
  return value === null ? html`<span class="dash">–</span>` : figure(of, value, format);
}
