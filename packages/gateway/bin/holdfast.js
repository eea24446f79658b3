#!/usr/bin/env node
import { existsSync } from 'node:fs';

/** @typedef {{ buildIfStale: () => boolean }} Builder */
/** @typedef {{ main: (argv: readonly string[]) => Promise<number> }} Command */

// Only a source checkout has the build script beside the package; an installed package runs as it is.
const builder = new URL('../../../scripts/build.mjs', import.meta.url);
if (existsSync(new URL('../src', import.meta.url)) && existsSync(builder)) {
  const { buildIfStale } = /** @type {Builder} */ (await import(builder.href));
  if (!buildIfStale()) process.exit(1);
}

const entry = new URL('../dist/cli/main.js', import.meta.url);
const { main } = /** @type {Command} */ (await import(entry.href));
process.exitCode = await main(process.argv.slice(2));
