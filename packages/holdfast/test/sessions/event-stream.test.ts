import { describe, expect, test } from 'vitest';
import { EventStream } from '../../src/sessions/event-stream.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';

const stalled = (gapMs: number): SessionEvent => ({ type: 'stalled', gapMs });
const rejecting = (): unknown => Promise.reject(new Error('rejected'));

describe('the event stream', () => {
  test('hands events that a listener causes to everybody after the one it was handling', () => {
    const stream = new EventStream(() => {});
    const heard: string[] = [];
    stream.add((event) => {
      heard.push(`a${JSON.stringify(event)}`);
      if (event.type === 'stalled' && event.gapMs < 3) stream.emit(stalled(event.gapMs + 1));
    });
    stream.add((event) => void heard.push(`b${JSON.stringify(event)}`));
    stream.emit(stalled(1));
    expect(heard.map((text) => `${text[0]}${/\d/.exec(text)?.[0]}`)).toEqual([
      'a1',
      'b1',
      'a2',
      'b2',
      'a3',
      'b3',
    ]);
  });

  test('I6 reports what a listener throws or rejects with, and goes on with the next listener', async () => {
    const thrown: unknown[] = [];
    const stream = new EventStream((error) => thrown.push(error));
    let heard = 0;
    stream.add(() => {
      throw new Error('thrown');
    });
    stream.add(rejecting);
    stream.add(() => {
      heard += 1;
    });
    stream.emit(stalled(1));
    stream.emit(stalled(2));
    await Promise.resolve();
    expect(heard).toBe(2);
    expect(thrown.map((error) => (error as Error).message)).toEqual([
      'thrown',
      'thrown',
      'rejected',
      'rejected',
    ]);
  });

  test('adds the same function twice as two listeners, and takes off one at a time', () => {
    const stream = new EventStream(() => {});
    let heard = 0;
    const listener = (): void => {
      heard += 1;
    };
    const remove = stream.add(listener);
    stream.add(listener);
    stream.emit(stalled(1));
    remove();
    remove();
    stream.emit(stalled(1));
    expect(heard).toBe(3);
  });
});
