/** A piece of markup that is safe to put into a page as it is. */
export class Html {
  readonly text: string;

  /** @param text markup; use {@link html}, which escapes */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template of markup: text and numbers are escaped, markup is not, lists are put one after another. */
export type HtmlPart = Html | string | number | readonly HtmlPart[];

/** Markup from a template. Every value in it is escaped unless it is markup itself, also inside of quoted attributes. */
export function html(pieces: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const text = pieces.map((piece, index) => {
    const part = parts[index];
    return part === undefined ? piece : `${piece}${write(part)}`;
  });
  return new Html(text.join(''));
}

/** Characters of a text of the evidence that a page shows; all of it is in evidence.json. */
const LONGEST = 600;

/** Text that came with the evidence, so anybody's: marks that turn the direction of writing end with it, and it is cut. */
export function told(text: string, longest: number = LONGEST): Html {
  return html`<bdi>${text.length > longest ? `${text.slice(0, longest)}…` : text}</bdi>`;
}

/** A sentence of ours, in which names between backticks are code. */
export function withCode(text: string): HtmlPart {
  return text
    .split('`')
    .map((piece, index) => (index % 2 === 0 ? piece : html`<code>${piece}</code>`));
}

function write(part: HtmlPart): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(write).join('');
  return escapeText(String(part));
}

/** Control characters and halves of pairs have no place in HTML; what steers the parser is written by name. */
function escapeText(text: string): string {
  return text
    .replaceAll(/[\p{Cs}\p{Cc}]/gu, (character) =>
      /[\t\n]/.test(character) ? character : '\uFFFD',
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
