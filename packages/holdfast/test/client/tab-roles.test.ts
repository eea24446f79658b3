import { describe, expect, it } from 'vitest';
import { FollowingTab } from '../../src/client/following-tab.ts';
import { type Place, Position } from '../../src/client/position.ts';
import { RecentFrames } from '../../src/client/recent-frames.ts';
import { Relay } from '../../src/client/relay.ts';
import type { TabPost } from '../../src/client/tab-post.ts';
import type { RoleParts } from '../../src/client/tab-role.ts';
import { verdictFor } from '../../src/client/tab-verdict.ts';
import type { ReadyFrame, ResumeVerdict } from '../../src/protocol/frames.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { groundOf } from './client-house.ts';

function readyAt(epoch: string, offset: number, resume: ResumeVerdict): ReadyFrame {
  const rest = { limit: 5, sessions: 1, pingInterval: 25_000, resumeWindow: 120_000 };
  return { type: 'ready', session: 's', user: 'ann', ticket: 't', epoch, offset, resume, ...rest };
}

function at(offset: number, epoch = 'e1'): Place {
  return { epoch, offset };
}

/** A tab in step with link `l1` up to offset 5. */
function followingTab() {
  const posts: TabPost[] = [];
  const heard: string[] = [];
  const position = new Position({ storageKey: '' }, () => {}, true);
  const owner = {
    received: (text: string) => void heard.push(text),
    interrupted: () => void heard.push('interrupted'),
    closed: () => void heard.push('closed'),
  };
  const parts: Partial<RoleParts> = {
    id: 'me',
    owner,
    position,
    post: (post) => void posts.push(post),
  };
  const tab = new FollowingTab(parts as RoleParts);
  tab.hear({
    kind: 'ready',
    link: 'l1',
    brought: null,
    frame: readyAt('e1', 5, { outcome: 'new' }),
  });
  posts.length = heard.length = 0;
  return { tab, posts, heard };
}

describe('a tab that follows', () => {
  it('asks for what it has missed instead of going on without', () => {
    const { tab, posts, heard } = followingTab();
    tab.hear({ kind: 'placed', link: 'l1', before: 5, offset: 7, text: 'seven' });
    tab.hear({ kind: 'placed', link: 'l1', before: 8, offset: 9, text: 'nine' });
    tab.hear({ kind: 'placed', link: 'l1', before: 9, offset: 10, text: 'ten' });
    expect(heard).toEqual(['seven']);
    expect(posts).toMatchObject([{ kind: 'hello', from: 'me' }]);
  });

  it('hears nothing of a link that is over, and nothing that is for others', () => {
    const { tab, heard } = followingTab();
    tab.hear({ kind: 'placed', link: 'l0', before: 5, offset: 7, text: 'old' });
    tab.hear({ kind: 'placed', to: 'you', link: 'l1', before: 5, offset: 7, text: 'yours' });
    tab.hear({ kind: 'pong', to: 'you' });
    expect(heard).toEqual([]);
  });

  it('joins a link once, also where its hello has crossed the ready', () => {
    const { tab, heard } = followingTab();
    const frame = readyAt('e1', 4, { outcome: 'replayed', replayed: 2 });
    tab.hear({ kind: 'placed', link: 'l1', before: 5, offset: 6, text: 'six' });
    tab.hear({ kind: 'welcome', to: 'me', link: 'l1', frame });
    tab.hear({ kind: 'placed', to: 'me', link: 'l1', before: 4, offset: 5, text: 'five' });
    tab.hear({ kind: 'placed', to: 'me', link: 'l1', before: 5, offset: 6, text: 'six' });
    tab.hear({ kind: 'placed', link: 'l1', before: 6, offset: 7, text: 'seven' });
    expect(heard).toEqual(['six', 'five', 'six', 'seven']);
  });

  it.each([
    [1006, '', 'interrupted'],
    [1012, '{"r":"drain","retryMs":9}', 'interrupted'],
    [4401, '{"r":"token-expired"}', 'interrupted'],
    [4429, '{"r":"user-limit","retryMs":9}', 'interrupted'],
    [4429, '{"r":"user-limit"}', 'closed'],
    [4409, '{"r":"superseded"}', 'closed'],
    [4499, '{"r":"admin"}', 'closed'],
  ])('takes %i %s as %s', (code, reason, expected) => {
    const { tab, heard } = followingTab();
    tab.hear({ kind: 'down', close: { code, reason } });
    expect(heard).toEqual([expected]);
  });
});

describe('what a ready of another tab means', () => {
  const gap = { outcome: 'gap', reason: 'overflow', from: 5, to: 9 } as const;
  const foreign = { outcome: 'gap', reason: 'epoch' } as const;

  it.each([
    ['a tab that was nowhere', null, readyAt('e1', 9, gap), at(4), { outcome: 'new' }],
    ['the tab it was dialed for', at(4), readyAt('e1', 9, gap), at(4), gap],
    ['a tab in the gap', at(6), readyAt('e1', 9, gap), at(4), { ...gap, from: 7 }],
    ['a tab beyond the gap', at(9), readyAt('e1', 9, gap), at(4), { outcome: 'lossless' }],
    ['a tab before the gap', at(3), readyAt('e1', 9, gap), at(4), null],
    [
      'a tab further on',
      at(8),
      readyAt('e1', 4, { outcome: 'lossless' }),
      at(4),
      { outcome: 'lossless' },
    ],
    ['a tab behind', at(3), readyAt('e1', 4, { outcome: 'lossless' }), at(4), null],
    ['a tab behind a new session', at(3), readyAt('e1', 4, { outcome: 'new' }), null, null],
    ['a tab of the record before', at(8), readyAt('e2', 0, foreign), at(9), foreign],
    [
      'a tab of this record, dialed for one of another',
      at(8),
      readyAt('e1', 0, foreign),
      at(9, 'e0'),
      { outcome: 'lossless' },
    ],
    [
      'a tab of a record nobody was asked for',
      at(8, 'e0'),
      readyAt('e1', 4, { outcome: 'new' }),
      null,
      null,
    ],
    [
      'all, where a record of the same name is another',
      at(60),
      readyAt('e1', 10, foreign),
      at(50),
      foreign,
    ],
  ])('to %s', (...[, place, frame, brought, expected]) => {
    expect(verdictFor(place, frame, brought)).toEqual(expected);
  });
});

describe('what a leader keeps for others', () => {
  it('I12 is bounded in number and in size, and says how far back it reaches', () => {
    const recent = new RecentFrames();
    expect(recent.after(0)).toEqual([]);
    for (let offset = 1; offset <= 600; offset += 1)
      recent.add({ before: offset - 1, offset, text: 'x' });
    expect(recent.after(87)).toBeNull();
    expect(recent.after(88)).toHaveLength(512);
    expect(recent.after(600)).toEqual([]);
    for (let offset = 601; offset <= 620; offset += 1)
      recent.add({ before: offset - 1, offset, text: 'x'.repeat(60_000) });
    expect(recent.after(611)).toBeNull();
    expect(recent.after(612)).toHaveLength(8);
  });

  it('I12 of messages is bounded, and forgotten with its connection', () => {
    const clock = new ManualClock();
    const sent: string[] = [];
    const relay = new Relay(groundOf(clock), (text) => void sent.push(text));
    let count = 0;
    const add = (): boolean => relay.add(JSON.stringify({ id: `m${(count += 1)}` }));
    while (add());
    clock.advance(60_000);
    expect(sent).toHaveLength(96);
    relay.answered('m1');
    expect(sent).toHaveLength(97);
    relay.clear();
    expect(add()).toBe(true);
    expect(sent).toHaveLength(98);
    expect(clock.timerCount).toBe(0);
  });
});
