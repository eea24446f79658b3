/**
 * Bundles `holdfast/client`, `holdfast/client/tabs` and what a page gets of `holdfast/ai`, each as if it were
 * alone, for size-limit to weigh.
 *
 * usage: node scripts/bundle-client.mjs
 */
import path from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './workspace.mjs';

const inputs = {
  'holdfast-client/index.js': 'client/index.js',
  'holdfast-client/tabs.js': 'client/tabs.js',
  'holdfast-ai/chat-transport.js': 'ai/chat-transport.js',
};

for (const [output, input] of Object.entries(inputs)) {
  const bundle = await rolldown({
    input: path.join(root, 'packages/holdfast/dist', input),
    platform: 'browser',
  });
  await bundle.write({
    file: path.join(root, 'node_modules/.cache', output),
    format: 'es',
    minify: true,
  });
  await bundle.close();
}
