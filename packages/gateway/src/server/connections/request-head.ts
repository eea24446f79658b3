import type { IncomingMessage } from 'node:http';

/** Most header lines of a request. */
export const MOST_HEADERS: number = 100;

/** True for a request with more header lines than we take. */
export function hasTooManyHeaders({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length / 2 > MOST_HEADERS;
}

/**
 * The path of a request target as it stands in the request line, nothing decoded or normalised:
 * `/a/%2e` stays `/a/%2e`. A target in absolute form is cut down to its path.
 */
export function pathOfTarget(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  return path === '' ? '/' : path;
}

/** The text after the question mark of a request target. */
export function queryOfTarget(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark + 1).replace(/#.*$/s, '');
}
