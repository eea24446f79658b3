import { plainText, textColumns } from './plain-text.ts';
import type { Paint } from './terminal.ts';

/** One column of a table: its title, and the text of a row in it. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers are aligned at their right end. */
  readonly isNumber?: boolean;
}

const WIDEST_CELL = 48;
const GAP = '  ';

/**
 * An aligned table with a line of titles. Cells may hold text from anywhere: it is made printable
 * and cut. Lines end without spaces.
 */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paintTitles: Paint,
): string {
  const cells = rows.map((row) => columns.map(({ text }) => plainText(text(row), WIDEST_CELL)));
  const titles = columns.map(({ title }) => title);
  const widths = titles.map((title, index) =>
    Math.max(title.length, ...cells.map((line) => textColumns(line[index] ?? ''))),
  );
  const formatLine = (line: readonly string[]): string =>
    line
      .map((cell, index) => {
        const padding = ' '.repeat((widths[index] ?? 0) - textColumns(cell));
        return columns[index]?.isNumber === true ? padding + cell : cell + padding;
      })
      .join(GAP)
      .trimEnd();
  return [paintTitles(formatLine(titles)), ...cells.map(formatLine), ''].join('\n');
}
