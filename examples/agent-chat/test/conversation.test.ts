import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planAnswer } from '../agent.mjs';
import { ConversationFile } from '../conversation-file.mjs';
import { Feed } from '../page/feed.js';
import {
  addRecord,
  type Conversation,
  type ConversationRecord,
  emptyConversation,
  mostTurns,
} from '../page/turns.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'conversation-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the server says of one question, from the first word to the last. */
function recordsOf(question: string): ConversationRecord[] {
  const asked = { event: 'user_asked' as const, text: question, at: 1 };
  const happenings = [asked, ...planAnswer(question).map(({ happening }) => happening)];
  return happenings.map((one, index) => ({ seq: index + 1, turn: 't', ...one }));
}

function fold(records: readonly ConversationRecord[]): Conversation {
  const conversation = emptyConversation();
  for (const record of records) addRecord(conversation, record);
  return conversation;
}

/** A server whose file holds so many of the records. */
function feedOf(records: readonly ConversationRecord[]): {
  feed: Feed;
  inFile: (count: number) => void;
  fetches: () => number;
} {
  let count = 0;
  let fetches = 0;
  const feed = new Feed({
    fetch: async () => {
      fetches += 1;
      const conversation = fold(records.slice(0, count));
      await Promise.resolve();
      return conversation;
    },
    replaced: () => undefined,
    changed: () => undefined,
    failed: (error) => {
      throw error;
    },
  });
  return { feed, inFile: (to) => void (count = to), fetches: () => fetches };
}

describe('the file of a conversation', () => {
  it('holds after a kill all that was told, and the agent goes on behind it', () => {
    const name = path.join(folder, 'a.jsonl');
    const records = recordsOf('A weekend?');
    const before = new ConversationFile(name);
    for (const { seq: _, turn, ...happening } of records.slice(0, 30)) before.add(turn, happening);
    appendFileSync(name, '{"seq":31,"turn":"t","event":"agent_tok');
    const after = new ConversationFile(name);
    expect(after.conversation).toEqual(fold(records.slice(0, 30)));
    for (const { happening } of planAnswer('A weekend?').slice(after.open?.done))
      after.add('t', happening);
    expect(after.conversation).toEqual(fold(records));
    expect(new ConversationFile(name).conversation).toEqual(fold(records));
  });

  it('I12 is bounded in turns and in lines', () => {
    const name = path.join(folder, 'a.jsonl');
    const file = new ConversationFile(name);
    for (let turn = 0; turn < mostTurns + 5; turn += 1) {
      file.add(`${turn}`, { event: 'user_asked', text: 'q', at: 1 });
      for (let count = 0; count < 150; count += 1)
        file.add(`${turn}`, { event: 'agent_token', text: 'x' });
    }
    expect(file.conversation.turns).toHaveLength(mostTurns);
    expect(file.conversation.turns[0]?.turn).toBe('5');
    expect(readFileSync(name, 'utf8').split('\n').length).toBeLessThan(5_000);
  });
});

describe('the conversation in the page', () => {
  it('I4 is whole wherever fetching and events meet', async () => {
    const records = recordsOf('Why?');
    for (let at = 0; at <= records.length; at += 7) {
      const { feed, inFile, fetches } = feedOf(records);
      inFile(at);
      const loading = feed.load();
      for (const record of records.slice(Math.max(0, at - 3))) feed.take(record);
      await loading;
      expect(feed.conversation).toEqual(fold(records));
      expect(fetches()).toBe(1);
    }
  });

  it('fetches again when a number is missing', async () => {
    const records = recordsOf('Why?');
    const { feed, inFile, fetches } = feedOf(records);
    await feed.load();
    for (const record of records.slice(0, 4)) feed.take(record);
    inFile(6);
    feed.take(records[5]!);
    await new Promise((resolve) => setImmediate(resolve));
    for (const record of records.slice(6)) feed.take(record);
    expect(feed.conversation).toEqual(fold(records));
    expect(fetches()).toBe(2);
  });
});
