import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CloseCause, closeCauses, closeReason } from '../../src/protocol/close-causes.ts';
import { encodeEventBody, type EventFrame, spliceOffset } from '../../src/protocol/event-frame.ts';
import { encodeFrame, parseClientFrame, type ServerFrame } from '../../src/protocol/frames.ts';

interface Definition {
  readonly properties?: Readonly<Record<string, { readonly const?: string }>>;
  readonly oneOf?: readonly { readonly $ref: string }[];
}

const file = new URL('../../../../docs/protocol.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly $id: string;
  readonly $defs: Readonly<Record<string, Definition>>;
};
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
ajv.addSchema(schema);

function validator(name: string): ValidateFunction {
  return ajv.compile({ $ref: `${schema.$id}#/$defs/${name}` });
}

const isClientFrame = validator('client-frame');
const isServerFrame = validator('server-frame');
const isClose = validator('close');

/** The frames of one direction. */
function framesOf(direction: string): Definition[] {
  return Object.entries(schema.$defs)
    .filter(([name, { properties }]) => name.startsWith(`${direction}-`) && properties?.['type'])
    .map(([, definition]) => definition);
}

const clientTypes = framesOf('client').map(({ properties }) => properties?.['type']?.const);
const clientFields = [
  ...new Set(framesOf('client').flatMap((one) => Object.keys(one.properties ?? {}))),
];

/** What could stand in a field, with what lies on either side of each bound. */
const value = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 1.5, 2 ** 53 - 1, 2 ** 53, 1e308, '', '0', null, true, {}, []),
  fc.constantFrom(
    'x'.repeat(128),
    'x'.repeat(129),
    '😀'.repeat(128),
    '😀'.repeat(129),
    '\ud800'.repeat(128),
  ),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'grapheme' }),
  fc.jsonValue(),
);
const frame = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...clientTypes) }, value),
    fc.dictionary(
      fc.constantFrom(...clientFields.filter((name) => name !== 'type'), 'more'),
      value,
    ),
    fc.nat({ max: 9 }),
  )
  .map(([type, fields, place]) => (place === 0 ? fields : { type, ...fields }));

describe('the schema of what a client sends', () => {
  test('accepts what the gateway accepts, and refuses what it refuses, of any object', () => {
    const seen = { good: 0, bad: 0 };
    fc.assert(
      fc.property(frame, (one) => {
        const text = JSON.stringify(one);
        const isGood = parseClientFrame(text).ok;
        expect([text, isClientFrame(JSON.parse(text))]).toEqual([text, isGood]);
        seen[isGood ? 'good' : 'bad'] += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(300);
  });

  test('accepts what the gateway accepts, and refuses what it refuses, of anything JSON can say', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), value, fc.array(frame)), (one) => {
        const text = JSON.stringify(one);
        expect(isClientFrame(JSON.parse(text))).toBe(parseClientFrame(text).ok);
      }),
    );
  });

  test('has every type the gateway knows', () => {
    const known = clientTypes.filter((type) => {
      const parsed = parseClientFrame(JSON.stringify({ type }));
      return parsed.ok || parsed.breach;
    });
    expect(known).toEqual(clientTypes);
    expect(clientTypes).toEqual(expect.arrayContaining(['ack', 'message', 'ping']));
  });
});

const ready: ServerFrame = {
  type: 'ready',
  session: 'n-0-1',
  user: 'ann "\u2028"',
  ticket: '1.1.AAAA',
  epoch: 'e',
  offset: 0,
  resume: { outcome: 'new' },
  limit: 5,
  sessions: 1,
  pingInterval: 25_000,
  resumeWindow: 120_000,
};
const verdicts = [
  { outcome: 'new' },
  { outcome: 'lossless' },
  { outcome: 'replayed', replayed: 3 },
  { outcome: 'gap', reason: 'epoch' },
  { outcome: 'gap', reason: 'overflow', from: 1, to: 2 },
] as const;
const serverFrames: readonly ServerFrame[] = [
  ...verdicts.map((resume) => ({ ...ready, resume }) as const),
  { type: 'gap', reason: 'overflow', epoch: 'e', offset: 2, from: 1, to: 2 },
  { type: 'gap', reason: 'broadcast', epoch: 'e', offset: 3 },
  { type: 'error', code: 'unknown-type', message: 'm' },
  { type: 'error', code: 'no-receiver', message: 'm', id: 'i' },
  { type: 'accepted', id: 'i' },
  { type: 'pong' },
];

describe('the schema of what a gateway sends', () => {
  test.each(serverFrames)('accepts $type as it is written', (one) => {
    expect(isServerFrame(JSON.parse(encodeFrame(one)))).toBe(true);
  });

  test('accepts any event as it is spliced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), fc.maxSafeInteger(), (data, critical, place) => {
        const body = encodeEventBody({ event: 'e', data, critical }, 1_700_000_000_000);
        const event = JSON.parse(spliceOffset(Math.abs(place), body)) as EventFrame;
        expect(isServerFrame(event)).toBe(true);
        expect(isServerFrame({ ...event, time: '1' })).toBe(false);
      }),
    );
  });

  test.each(serverFrames)(
    'refuses $type with a field that is missing, or that is something else',
    (one) => {
      const optional = one.type === 'accepted' ? [] : ['id', 'from', 'to'];
      for (const name of Object.keys(one)) {
        const rest = Object.fromEntries(Object.entries(one).filter(([key]) => key !== name));
        expect([name, isServerFrame(rest)]).toEqual([name, optional.includes(name)]);
        expect([name, isServerFrame({ ...one, [name]: -1.5 })]).toEqual([name, false]);
      }
    },
  );

  test('refuses what only a client sends', () => {
    expect(isServerFrame({ type: 'ack', offset: 1 })).toBe(false);
    expect(isClientFrame({ type: 'pong' })).toBe(false);
  });
});

describe('the schema of an end', () => {
  const causes = Object.keys(closeCauses) as CloseCause[];

  test.each(causes)('accepts %s as it is told, with a time and without', (cause) => {
    const { code } = closeCauses[cause];
    for (const retryAfterMs of [undefined, 12.3]) {
      const text = closeReason(cause, retryAfterMs);
      const reason = text === '' ? null : (JSON.parse(text) as unknown);
      expect(isClose({ code, reason })).toBe(true);
    }
    expect(isClose({ code, reason: { r: 'no such word' } })).toBe(false);
    const mayBeEmpty = Object.values(closeCauses).some(
      (row) => row.code === code && row.word === null,
    );
    expect(isClose({ code, reason: null })).toBe(mayBeEmpty);
  });

  test('refuses a code that is none of ours', () => {
    expect(isClose({ code: 4_000, reason: null })).toBe(false);
  });
});
