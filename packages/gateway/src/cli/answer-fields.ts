import { failed } from './command-failure.ts';

/** A JSON object as it came from a gateway. */
export type AnswerFields = Readonly<Record<string, unknown>>;

/** The objects listed in a field of an answer. @throws CommandFailure when there is no such list */
export function readObjects(answer: AnswerFields, name: string): readonly AnswerFields[] {
  const list = answer[name];
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw anotherVersion(name);
}

/** The object in a field of an answer. @throws CommandFailure when there is none */
export function readObject(answer: AnswerFields, name: string): AnswerFields {
  const value = answer[name];
  if (isObject(value)) return value;
  throw anotherVersion(name);
}

/** The texts listed in a field of an answer. @throws CommandFailure when there is no such list */
export function readTexts(answer: AnswerFields, name: string): readonly string[] {
  const list = answer[name];
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw anotherVersion(name);
}

/** A number of an answer. @throws CommandFailure when there is none */
export function readCount(answer: AnswerFields, name: string): number {
  const value = answer[name];
  if (typeof value === 'number') return value;
  throw anotherVersion(name);
}

/** A text of an answer; `-` where it has none, as for a session without a device. */
export function readText(answer: AnswerFields, name: string): string {
  const value = answer[name];
  return typeof value === 'string' && value !== '' ? value : '-';
}

function isObject(value: unknown): value is AnswerFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function anotherVersion(name: string): Error {
  return failed(
    `Expected \`${name}\` in the gateway's answer, got none. Is it of another version than this command?`,
  );
}
