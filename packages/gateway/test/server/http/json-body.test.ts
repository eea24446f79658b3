import { describe, expect, it } from 'vitest';
import {
  DEEPEST_NESTING,
  type JsonBody,
  LARGEST_BODY_BYTES,
  readJsonBody,
} from '../../../src/server/http/json-body.ts';

function read(
  body: string | Uint8Array | ReadableStream | null,
  headers: Record<string, string> = {},
): Promise<JsonBody> {
  const request = new Request('http://h/', { method: 'POST', body, headers, duplex: 'half' });
  return readJsonBody(request);
}

async function statusOf(body: string | Uint8Array | ReadableStream | null): Promise<number> {
  const result = await read(body);
  return result.ok ? 200 : result.problem.status;
}

describe('a body', () => {
  it('that is empty is an empty object', async () => {
    expect(await read(null)).toEqual({ ok: true, body: {} });
    expect(await read('')).toEqual({ ok: true, body: {} });
  });

  it('is one JSON object', async () => {
    const body = { event: 'greeting', data: { text: 'ä🔥', list: [1, null, '[[[[{{{{'] } };
    expect(await read(JSON.stringify(body))).toEqual({ ok: true, body });
  });

  it('in many pieces, split inside a character, is put together', async () => {
    const bytes = Buffer.from(JSON.stringify({ text: 'ä🔥'.repeat(10) }));
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await read(stream)).toEqual({ ok: true, body: { text: 'ä🔥'.repeat(10) } });
  });

  it.each(['[]', 'null', '1', '"x"', 'true'])('%s is not an object', async (text) => {
    const result = await read(text);
    expect(result).toMatchObject({ ok: false, problem: { status: 400, code: 'bad-json' } });
  });

  it.each(['{', '{"a":}', "{'a':1}", '{"a":1}}', ' ', 'event=x&data=y', '{"a":1e}', '\u001b[31m'])(
    'G13 %j is not JSON, and the answer says what is expected',
    async (text) => {
      const result = await read(text);
      expect(result).toMatchObject({
        ok: false,
        problem: {
          status: 400,
          code: 'bad-json',
          detail: 'Expected the body to be JSON in UTF-8, such as {"event":"greeting"}.',
        },
      });
    },
  );

  it('that is not UTF-8 is refused', async () => {
    expect(await statusOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBe(400);
  });

  it('G11 a problem repeats nothing of the body', async () => {
    for (const text of ['{"canary": canary}', '["canary"]', 'canary', '{"canary":1']) {
      expect(JSON.stringify(await read(text))).not.toContain('canary');
    }
  });
});

describe('the size of a body', () => {
  const largest = `{"a":"${'x'.repeat(LARGEST_BODY_BYTES - 8)}"}`;

  it('may be 1 MB and no byte more', async () => {
    expect(Buffer.byteLength(largest)).toBe(LARGEST_BODY_BYTES);
    expect(await statusOf(largest)).toBe(200);
    expect(await statusOf(`${largest} `)).toBe(413);
  });

  it('is not believed from the header: no more than the limit is ever kept', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    expect(await statusOf(endless)).toBe(413);
    expect(sent).toBeLessThan(LARGEST_BODY_BYTES + 4 * 65_536);
  });

  it('is refused before reading when the header already says too much', async () => {
    const headers = { 'content-length': String(LARGEST_BODY_BYTES + 1) };
    const result = await readJsonBody(new Request('http://h/', { method: 'POST', headers }));
    expect(result).toMatchObject({ ok: false, problem: { status: 413, code: 'body-too-large' } });
  });

  it('a body that breaks off is a problem, not an exception', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('canary'));
      },
    });
    const result = await read(broken);
    expect(result).toMatchObject({ ok: false, problem: { status: 400, code: 'bad-body' } });
  });
});

/** An object with so many arrays inside one another. */
function nested(levels: number): string {
  return `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

/** An object with so many members. */
function keys(count: number): string {
  return `{${Array.from({ length: count }, (_, i) => `"${i.toString(36)}":1`).join(',')}}`;
}

describe('G13 hostile JSON', () => {
  it('__proto__ and constructor are inert members', async () => {
    const text =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":{"polluted":1}}}';
    const result = await read(text);
    if (!result.ok) throw new Error('Expected the body to be read.');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(result.body['polluted']).toBeUndefined();
    expect(Object.getPrototypeOf(result.body)).toBeNull();
    expect(Object.keys(result.body)).toEqual(['__proto__', 'constructor', 'a']);
    expect((result.body['a'] as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('an absent member is absent, also one that every object inherits', async () => {
    const result = await read('{}');
    expect(result.ok && result.body['toString']).toBeUndefined();
    const empty = await read('');
    expect(empty.ok && empty.body['toString']).toBeUndefined();
  });

  it('100,000 levels of nesting are refused, the allowed ones are not', async () => {
    expect(await statusOf(nested(100_000))).toBe(400);
    expect(await statusOf(nested(DEEPEST_NESTING))).toBe(400);
    expect(await statusOf(nested(DEEPEST_NESTING - 1))).toBe(200);
    expect(await statusOf('['.repeat(100_000))).toBe(400);
  });

  it('brackets inside text do not count', async () => {
    expect(await statusOf(JSON.stringify({ a: '[{'.repeat(1000), b: '\\"[['.repeat(1000) }))).toBe(
      200,
    );
  });

  it('a million keys do not fit; as many as fit are read in time', async () => {
    expect(await statusOf(keys(1_000_000))).toBe(413);
    const startedAt = performance.now();
    expect(await statusOf(keys(100_000))).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
