import { type Problem, createProblem } from './problem.ts';

/** The members of a JSON object from a request, on an object without prototype. */
type JsonObject = Readonly<Record<string, unknown>>;

/** A body read, or the problem to answer with. */
export type JsonBody =
  | { readonly ok: true; readonly body: JsonObject }
  | { readonly ok: false; readonly problem: Problem };

/** Largest body of the HTTP API, in bytes. */
export const LARGEST_BODY_BYTES: number = 1_048_576;

/**
 * Deepest nesting of arrays and objects. `JSON.parse` takes any depth, but what handles the value
 * afterwards (`JSON.stringify`, clone, compare) recurses and would overflow the stack.
 */
export const DEEPEST_NESTING: number = 100;

/**
 * Reads a request's body as one JSON object; an empty body is `{}`. No more than `limitBytes` are
 * kept, whatever the headers say. Members named `__proto__` or `constructor` are members like any
 * other: nothing is ever assigned through a prototype. Problems repeat nothing of the body.
 */
export async function readJsonBody(
  request: Request,
  limitBytes: number = LARGEST_BODY_BYTES,
): Promise<JsonBody> {
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) return tooLarge(limitBytes);
  const bytes = await readBytes(request, limitBytes);
  if (bytes === 'too-large') return tooLarge(limitBytes);
  if (bytes === 'broken') return refuse('bad-body', 'to arrive whole. The connection broke off.');
  return parseJsonObject(bytes);
}

async function readBytes(
  request: Request,
  limitBytes: number,
): Promise<Uint8Array | 'too-large' | 'broken'> {
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      // Leaving the loop cancels the stream.
      if (size > limitBytes) return 'too-large';
      chunks.push(chunk);
    }
  } catch {
    // The peer went away in the middle of its own request: an outcome, not a fault.
    return 'broken';
  }
  return Buffer.concat(chunks, size);
}

function parseJsonObject(bytes: Uint8Array): JsonBody {
  if (bytes.byteLength === 0) return { ok: true, body: Object.create(null) as JsonObject };
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (isNestedTooDeep(text)) {
      return refuse('bad-json', `to be nested at most ${DEEPEST_NESTING} levels deep.`);
    }
    value = JSON.parse(text);
  } catch {
    // The message of JSON.parse repeats a piece of the text.
    return refuse('bad-json', 'to be JSON in UTF-8, such as {"event":"greeting"}.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('bad-json', 'to be a JSON object, such as {"event":"greeting"}.');
  }
  return { ok: true, body: Object.assign(Object.create(null) as JsonObject, value) };
}

/** Counts brackets outside strings, in one pass without recursion. */
function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isInString) {
      if (character === '\\') index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > DEEPEST_NESTING) return true;
  }
  return false;
}

function tooLarge(limitBytes: number): JsonBody {
  const detail = `Expected the body to be at most ${limitBytes} bytes.`;
  return { ok: false, problem: createProblem(413, 'body-too-large', detail) };
}

function refuse(code: string, expected: string): JsonBody {
  return { ok: false, problem: createProblem(400, code, `Expected the body ${expected}`) };
}
