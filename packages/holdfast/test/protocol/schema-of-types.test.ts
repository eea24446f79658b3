import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface TypeSchemas {
  readonly definitions: Readonly<Record<string, unknown>>;
  schemaOf(file: string, name: string): unknown;
}

const script = new URL('../../../../scripts/schema-of-types.mjs', import.meta.url).href;

let folder: string;
let schemas: TypeSchemas;

beforeEach(async () => {
  const { TypeSchemas: Made } = (await import(script)) as { TypeSchemas: new () => TypeSchemas };
  folder = mkdtempSync(path.join(tmpdir(), 'types-'));
  schemas = new Made();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('the schema of a type', () => {
  it('says what the type and its comment say', () => {
    const file = written(
      'one.ts',
      `/** A place. */
      export interface Place {
        /** Where. @maximum 9 */
        readonly at: number;
        readonly names?: readonly string[];
        readonly others: Readonly<Record<string, 'a' | 'b'>>;
      }`,
    );
    expect(schemas.schemaOf(file, 'Place')).toEqual({
      description: 'A place.',
      type: 'object',
      required: ['at', 'others'],
      properties: {
        at: { type: 'integer', minimum: 0, maximum: 9, description: 'Where.' },
        names: { type: 'array', items: { type: 'string' } },
        others: { type: 'object', additionalProperties: { enum: ['a', 'b'] } },
      },
    });
  });

  it.each([
    ['keyof Other', 'TSTypeOperator'],
    ['Record<"a" | "b", string>', 'Record'],
    ['Partial<Other>', 'Partial'],
    ['() => void', 'TSFunctionType'],
  ])('is an error for what it cannot say, and not another one: %s', (type, named) => {
    const file = written('one.ts', `interface Other { a: string }\nexport type One = ${type};`);
    expect(() => schemas.schemaOf(file, 'One')).toThrow(named);
  });

  it.each(['@maximum many', '@pattern x'])('is an error for a tag it does not know: %s', (tag) => {
    const file = written('one.ts', `export interface One {\n  /** ${tag} */\n  a: number;\n}`);
    expect(() => schemas.schemaOf(file, 'One')).toThrow(tag);
  });

  it('is an error for a property whose name is computed', () => {
    const file = written(
      'one.ts',
      `export interface One { [key]: string }\ndeclare const key: 'a';`,
    );
    expect(() => schemas.schemaOf(file, 'One')).toThrow('named properties');
  });

  it('is never that of another type of the same name', () => {
    const other = written('other.ts', 'interface Same { a: string }\nexport type Of = Same;');
    const file = written('one.ts', 'interface Same { b: string }\nexport type Of = Same;');
    schemas.schemaOf(other, 'Of');
    expect(() => schemas.schemaOf(file, 'Of')).toThrow('Expected one `Same`');
  });
});
