/**
 * Bundles `holdfast/client` as a page would get it, for size-limit to weigh. What the client loads
 * only when it is used is left out of that file, and stands beside it.
 *
 * usage: node scripts/bundle-client.mjs
 */
import path from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './workspace.mjs';

const bundle = await rolldown({
  input: path.join(root, 'packages/holdfast/dist/client/index.js'),
  platform: 'browser',
});
await bundle.write({
  dir: path.join(root, 'node_modules/.cache/holdfast-client'),
  format: 'es',
  minify: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
});
await bundle.close();
