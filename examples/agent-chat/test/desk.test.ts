import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SessionLayer } from 'holdfast';
import { ManualClock } from 'holdfast/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Desk } from '../desk.mjs';

let folder: string;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = mkdtempSync(path.join(tmpdir(), 'desk-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

function openDesk(): Desk {
  return new Desk(new SessionLayer({}, { clock: new ManualClock() }), { folder, pace: 1 });
}

describe('the desk of the example', () => {
  it('takes a question while the server stops, and leaves the work to the next process', () => {
    const desk = openDesk();
    desk.close();
    expect(desk.ask('ann', { turn: 't', text: 'Why?' })).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
    const next = openDesk();
    next.resume();
    vi.runAllTimers();
    expect(next.read('ann').turns).toMatchObject([{ question: 'Why?', status: 'finished' }]);
  });

  it('I12 keeps nothing of a user who has asked nothing', () => {
    const desk = openDesk();
    desk.cancel('ann');
    expect(desk.ask('ann', { turn: 't', text: ' ' })).toBe('no-question');
    expect(desk.ask('ann', { turn: 't', text: 'x'.repeat(2_001) })).toBe('too-long');
    expect(desk.read('ann')).toEqual({ seq: 0, turns: [] });
    expect(readdirSync(folder)).toEqual([]);
    expect(desk.ask('ann', { turn: 't', text: 'Why?' })).toBeNull();
    expect(desk.ask('ann', { turn: 't', text: 'Why?' })).toBeNull();
    expect(desk.ask('ann', { turn: 'u', text: 'Why?' })).toBe('busy');
    desk.cancel('ann');
    expect(desk.read('ann').turns).toMatchObject([{ status: 'stopped' }]);
    desk.close();
  });
});
