import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('page/', import.meta.url));
const library = fileURLToPath(new URL('../', import.meta.resolve('holdfast/client')));

/** What of the library a page may load: the client and what it is made of. */
const ofLibrary = /^\/holdfast\/((?:client|core|protocol)\/[a-z0-9-]+\.js)$/;
const ofPage = /^\/([a-z-]+\.(?:js|css|svg))$/;

/** @type {Readonly<Record<string, string>>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * @param {string} pathname of the request
 * @returns {{ type: string, body: Buffer } | null} null where there is no such file
 */
export function readPageFile(pathname) {
  const inLibrary = ofLibrary.exec(pathname)?.[1];
  const inPage = pathname === '/' ? 'index.html' : ofPage.exec(pathname)?.[1];
  const file =
    inLibrary === undefined ? inPage && path.join(page, inPage) : path.join(library, inLibrary);
  if (file === undefined) return null;
  try {
    return { type: types[path.extname(file)] ?? 'text/plain', body: readFileSync(file) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Scripts of this server only, and the one import map of the page, known by its digest. */
const policy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${importMapDigest()}'`,
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** @type {Readonly<Record<string, string>>} */
export const securityHeaders = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
};

function importMapDigest() {
  const html = readFileSync(path.join(page, 'index.html'), 'utf8');
  const map = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1];
  if (map === undefined) throw new Error('Expected page/index.html to have an import map.');
  return createHash('sha256').update(map).digest('base64');
}
