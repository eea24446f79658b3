/**
 * Bundles `holdfast/client` and what a page gets of `holdfast/ai`, each as if it were alone, for size-limit to weigh. What
 * is loaded on demand, the code of `shareTabs`, goes into a folder `later`.
 *
 * usage: node scripts/bundle-client.mjs
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './workspace.mjs';

const inputs = {
  'holdfast-client': 'client/index.js',
  'holdfast-ai': 'ai/chat-transport.js',
};

for (const [output, input] of Object.entries(inputs)) {
  const dir = path.join(root, 'node_modules/.cache', output);
  rmSync(dir, { recursive: true, force: true });
  const bundle = await rolldown({
    input: path.join(root, 'packages/holdfast/dist', input),
    platform: 'browser',
    // As in the bundle of an application, what its chunks have in common stays in its first one.
    preserveEntrySignatures: 'allow-extension',
  });
  await bundle.write({
    dir,
    format: 'es',
    minify: true,
    chunkFileNames: ({ isDynamicEntry }) => (isDynamicEntry ? 'later/[name].js' : '[name].js'),
  });
  await bundle.close();
}
