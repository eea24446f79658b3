import { describeValue, UsageError } from '../core/usage-error.ts';

/**
 * The name of a node stands in ids, epochs and frames as it is.
 *
 * @throws UsageError `bad-option`
 */
export function checkNode(node: string): string {
  if (/^[A-Za-z0-9]{1,64}$/.test(node)) return node;
  throw new UsageError(
    'bad-option',
    `Expected \`node\` to be 1 to 64 letters and digits, got ${describeValue(node)}.`,
  );
}

/** 48 random bits in letters and digits, and the start of the process in milliseconds: never drawn twice. */
export function drawNode(): string {
  const random = crypto
    .getRandomValues(new Uint32Array(2))
    .reduce((text, part) => text + part.toString(36), '');
  return `${Date.now().toString(36)}${random}`;
}
