/**
 * Writes docs/protocol.schema.json: every frame of holdfast.v1 in both directions, from the types the code is compiled with, and
 * every close code with its reason, from the table the code closes by.
 *
 * usage: node scripts/write-protocol-schema.mjs            writes the file
 *        node scripts/write-protocol-schema.mjs --check    fails when the file says something else
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { TypeSchemas } from './schema-of-types.mjs';
import { report, root } from './workspace.mjs';

/**
 * @typedef {import('./schema-of-types.mjs').Schema} Schema
 * @typedef {{ code: number, word: string | null }} CloseRow
 */

const name = 'docs/protocol.schema.json';
const protocol = path.join(root, 'packages/holdfast/src/protocol');
const frames = path.join(protocol, 'frames.ts');

/**
 * @param {Schema} frame
 * @returns {string} its `type`
 */
function typeOf({ properties }) {
  const { type } = /** @type {Record<string, { const?: unknown }>} */ (properties);
  if (typeof type?.const === 'string') return type.const;
  throw new Error('Expected every frame to have a `type` that is one text.');
}

/**
 * @param {string} direction
 * @param {Schema[]} members
 * @returns {Record<string, Schema>} each frame under a name of its own, and the choice among them
 */
function direct(direction, members) {
  const named = members.map((one) => /** @type {const} */ ([`${direction}-${typeOf(one)}`, one]));
  const oneOf = named.map(([key]) => ({ $ref: `#/$defs/${key}` }));
  return { [`${direction}-frame`]: { oneOf }, ...Object.fromEntries(named) };
}

/**
 * @param {CloseRow[]} rows
 * @returns {Schema} what a close frame says: its code, and its reason as JSON or, where that is empty, null
 */
function closeSchema(rows) {
  const codes = [...new Set(rows.map(({ code }) => code))].toSorted((one, other) => one - other);
  const anyOf = codes.map((code) => {
    const words = rows.filter((row) => row.code === code).map(({ word }) => word);
    const said = [...new Set(words.filter((word) => word !== null))];
    const reasons = [
      ...(words.includes(null) ? [{ type: 'null' }] : []),
      ...(said.length > 0
        ? [{ $ref: '#/$defs/close-reason', properties: { r: { enum: said } } }]
        : []),
    ];
    const reason = reasons.length === 1 ? reasons[0] : { anyOf: reasons };
    return { properties: { code: { const: code }, reason } };
  });
  const description =
    'A close frame: its code, and its reason read as JSON; null where the reason is empty. 1006 is never sent.';
  return { description, type: 'object', required: ['code', 'reason'], anyOf };
}

/**
 * @param {CloseRow[]} rows
 * @returns {string} the whole file
 */
function formatSchema(rows) {
  const types = new TypeSchemas();
  const server = [
    ...types.membersOf(frames, 'ServerFrame'),
    types.schemaOf(path.join(protocol, 'event-frame.ts'), 'EventFrame'),
  ];
  const client = types.membersOf(frames, 'ClientFrame');
  const retryMs = { description: 'Not before so many milliseconds.', type: 'integer', minimum: 0 };
  const reasonFields = { r: { type: 'string' }, retryMs };
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:holdfast:protocol:v1',
    $comment:
      'Written by node scripts/write-protocol-schema.mjs from packages/holdfast/src/protocol; do not edit.',
    title: 'The frames of holdfast.v1',
    description:
      'Any frame. For one direction: #/$defs/server-frame, #/$defs/client-frame; for the end: #/$defs/close.',
    anyOf: [{ $ref: '#/$defs/server-frame' }, { $ref: '#/$defs/client-frame' }],
    $defs: {
      ...direct('server', server),
      ...direct('client', client),
      close: closeSchema(rows),
      'close-reason': { type: 'object', properties: reasonFields, required: ['r'] },
      ...types.definitions,
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (buildIfStale()) {
  const table = path.join(root, 'packages/holdfast/dist/protocol/close-causes.js');
  const { closeCauses } = /** @type {{ closeCauses: Record<string, CloseRow> }} */ (
    await import(pathToFileURL(table).href)
  );
  const text = formatSchema(Object.values(closeCauses));
  const file = path.join(root, name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  const isSame = existsSync(file) && readFileSync(file, 'utf8') === text;
  report(
    isSame ? [] : [`${name} is out of date: node scripts/write-protocol-schema.mjs writes it anew`],
    `${name} is up to date`,
  );
} else {
  process.exitCode = 1;
}
