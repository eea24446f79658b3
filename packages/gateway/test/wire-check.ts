import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const file = new URL('../../../docs/protocol.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(file, 'utf8')) as { readonly $id: string };
const ajv = new Ajv2020({ strict: false });
ajv.addSchema(schema);
const isServerFrame = validator('server-frame');
const isClose = validator('close');
/** What a client is told by its own side, and what the engine sends by itself: RFC 6455 section 7.4.1. */
const notOurs: ReadonlySet<number> = new Set([1000, 1001, 1003, 1005, 1006, 1007]);

function validator(name: string): ValidateFunction {
  return ajv.compile({ $ref: `${schema.$id}#/$defs/${name}` });
}

/**
 * A frame a gateway has sent, read.
 *
 * @throws where docs/protocol.schema.json does not know it
 */
export function readServerFrame(text: string): Readonly<Record<string, unknown>> {
  const frame = JSON.parse(text) as Record<string, unknown>;
  if (isServerFrame(frame)) return frame;
  throw new Error(`Expected a frame of the schema, got one of type ${String(frame['type'])}.`, {
    cause: isServerFrame.errors,
  });
}

/**
 * Looks at how a gateway has closed a connection.
 *
 * @throws where docs/protocol.schema.json does not know such an end
 */
export function checkClose(code: number, reason: string): void {
  if (notOurs.has(code)) return;
  const read = reason === '' ? null : (JSON.parse(reason) as unknown);
  if (!isClose({ code, reason: read }))
    throw new Error(`Expected an end of the schema, got ${code} ${reason}.`);
}
