/**
 * Letters that a terminal draws two columns wide: East Asian wide and full-width ones (UAX #11, as
 * blocks) and pictures.
 */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}])/u;
/** Control and format characters, halves of pairs, line and paragraph ends. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const letters: Intl.Segmenter = new Intl.Segmenter();

/**
 * Text from elsewhere as a terminal may be given it: escape sequences, new lines and marks that
 * turn the direction of writing are spelled out (`\u{1b}`), and nothing is wider than `columns`.
 */
export function plainText(text: string, columns: number): string {
  const printable = text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  if (textColumns(printable) <= columns) return printable;
  let kept = '';
  let used = 1;
  for (const { segment } of letters.segment(printable)) {
    used += letterColumns(segment);
    if (used > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** How many columns a terminal uses to draw this printable text. */
export function textColumns(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  return [...letters.segment(text)].reduce((sum, { segment }) => sum + letterColumns(segment), 0);
}

function letterColumns(letter: string): number {
  return WIDE.test(letter) ? 2 : 1;
}
