/**
 * Bundles `holdfast/client` and `holdfast/client/tabs`, each as a page would get it alone, for
 * size-limit to weigh.
 *
 * usage: node scripts/bundle-client.mjs
 */
import path from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './workspace.mjs';

for (const name of ['index', 'tabs']) {
  const bundle = await rolldown({
    input: path.join(root, `packages/holdfast/dist/client/${name}.js`),
    platform: 'browser',
  });
  await bundle.write({
    file: path.join(root, `node_modules/.cache/holdfast-client/${name}.js`),
    format: 'es',
    minify: true,
  });
  await bundle.close();
}
