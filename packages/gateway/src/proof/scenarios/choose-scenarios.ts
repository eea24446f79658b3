import { findNearestName } from '../../server/config/nearest-name.ts';
import type { Scenario } from './scenario.ts';

/** Which scenarios are wanted: of any of these categories and answering any of these patterns; an empty list wants all. */
export interface Wish {
  readonly categories: readonly string[];
  readonly patterns: readonly string[];
}

/** The scenarios that were wanted, in the order of the catalogue, or why there are none. */
export type Choice =
  | { readonly ok: true; readonly scenarios: readonly Scenario[] }
  | { readonly ok: false; readonly problem: string };

/** What other test suites sort by, and what stands for it here. */
const foreignCategories: ReadonlyMap<string, string> = new Map([
  ['unit', '`limits` and `environment`'],
  ['integration', '`limits` and `multi-user`'],
  ['e2e', '`environment` and `resume`'],
  ['stress', '`load`'],
  ['performance', '`load`'],
]);

/** Chooses from the catalogue. A category nobody knows, or a pattern that nothing answers, is a problem. */
export function chooseScenarios(catalogue: readonly Scenario[], wish: Wish): Choice {
  const known = [...new Set(catalogue.map(({ category }) => category))];
  for (const given of wish.categories) {
    if (!known.some((one) => one === given.toLowerCase()))
      return { ok: false, problem: describeCategory(given, known) };
  }
  const categories = wish.categories.map((one) => one.toLowerCase());
  const inCategories = catalogue.filter(
    ({ category }) => categories.length === 0 || categories.includes(category),
  );
  for (const pattern of wish.patterns) {
    if (inCategories.some((one) => answersPattern(one, pattern))) continue;
    return { ok: false, problem: describePattern(pattern, catalogue, inCategories) };
  }
  const { patterns } = wish;
  const scenarios = inCategories.filter(
    (one) => patterns.length === 0 || patterns.some((pattern) => answersPattern(one, pattern)),
  );
  return { ok: true, scenarios };
}

/**
 * Whether a scenario answers a pattern: by its name, by the part of it behind the category, or by a test of the seed
 * document that it covers. `*` stands for any text, `?` for one character; letter case does not matter, and `_` is `-`.
 */
export function answersPattern({ name, covers }: Scenario, pattern: string): boolean {
  const glob = toExpression(pattern);
  const seedNames = covers.filter((one) => one.startsWith('seed: ')).map((one) => one.slice(6));
  return [name, name.slice(name.indexOf('/') + 1), ...seedNames].some((one) =>
    glob.test(plain(one)),
  );
}

function toExpression(pattern: string): RegExp {
  const text = plain(pattern)
    .replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
    // Several stars in a row are one: a long row of them would take exponential time.
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`, 's');
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('_', '-');
}

function describeCategory(given: string, known: readonly string[]): string {
  const expected = `Expected \`--category\` to be one of ${known.join(', ')}, got \`${given}\`.`;
  const instead = foreignCategories.get(given.toLowerCase());
  if (instead !== undefined)
    return `${expected} Scenarios are sorted by what they are about, not by how they are run: ${instead} come nearest. \`--list\` shows all.`;
  return `${expected} The nearest is \`${findNearestName(given, known) ?? ''}\`.`;
}

function describePattern(
  pattern: string,
  catalogue: readonly Scenario[],
  inCategories: readonly Scenario[],
): string {
  const expected = `Expected \`--pattern\` to match a scenario, got \`${pattern}\`, which matches none`;
  const elsewhere = catalogue.filter((one) => answersPattern(one, pattern));
  if (elsewhere.length > 0) {
    const categories = [...new Set(elsewhere.map(({ category }) => category))].join(', ');
    return `${expected} of the categories given; it would in ${categories}.`;
  }
  const nearest = findNearest(pattern, inCategories).map((name) => `\`${name}\``);
  return `${expected}. The nearest are ${nearest.join(', ')}; \`--list\` shows all.`;
}

/** The three scenarios that share the most words with the pattern; where none does, the one that is spelled most like it. */
function findNearest(pattern: string, among: readonly Scenario[]): readonly string[] {
  const words = plain(pattern)
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 2);
  const names = among.map(({ name }) => name);
  const shared = names
    .map((name) => ({ name, hits: words.filter((word) => name.includes(word)).length }))
    .filter(({ hits }) => hits > 0)
    .toSorted((a, b) => b.hits - a.hits)
    .map(({ name }) => name);
  if (shared.length > 0) return shared.slice(0, 3);
  const tails = new Map(names.map((name) => [name.slice(name.indexOf('/') + 1), name]));
  const tail = findNearestName(pattern.replaceAll(/[*?]/g, ''), tails.keys()) ?? '';
  return [tails.get(tail) ?? ''];
}
