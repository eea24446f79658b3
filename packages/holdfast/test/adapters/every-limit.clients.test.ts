import { afterEach, describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import type { RawPeer } from '../../src/testing/raw-peer.ts';
import { openLoopback, ways } from './loopback.ts';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const cases = Object.entries(ways).flatMap(([name, way]) =>
  [1, 5, 20].map((limit) => ({ name, way, limit })),
);

describe('a user whose sessions are all half-open', () => {
  it.each(cases)(
    'FM-83 FM-17 $name, N = $limit: the newcomer gets in through one pressure reap, and below the limit none runs',
    async ({ way, limit }) => {
      const events: SessionEvent[] = [];
      const layer = new SessionLayer(
        { maxSessionsPerUser: limit, probeTimeoutMs: 300 },
        { listeners: [(event) => void events.push(event)] },
      );
      const { connect, close } = await openLoopback(way);
      const peers: RawPeer[] = [];
      ends.push(async () => {
        for (const peer of peers) peer.destroy();
        await layer.shutdown();
        await close();
      });
      const open = async (): Promise<ReturnType<SessionLayer['open']>> => {
        const { socket, peer } = await connect();
        peer.answersPings = false;
        peers.push(peer);
        return layer.open({ userId: 'ann', socket });
      };
      const takenSince = (from: number): string[] => events.slice(from).map(({ type }) => type);

      for (let count = 0; count < limit; count += 1) {
        const from = events.length;
        expect((await open()).outcome).toBe('opened');
        expect(takenSince(from)).toEqual(['opened', 'attached']);
      }

      const from = events.length;
      const newcomer = await open();
      if (newcomer.outcome !== 'waiting')
        throw new Error(`Expected the newcomer to wait, got ${newcomer.outcome}.`);
      const settled = await newcomer.settled;
      expect(settled.outcome).toBe('opened');
      const since = events.slice(from);
      const reaps = since.filter(({ type }) => type === 'pressureReaped');
      expect(reaps).toEqual([
        { type: 'pressureReaped', user: 'ann', examined: limit, found: limit, freed: limit },
      ]);
      expect(since.filter(({ type }) => type === 'limitHit')).toHaveLength(1);
      const causes = since.flatMap((event) => (event.type === 'closed' ? [event.cause] : []));
      expect(causes).toEqual(Array.from({ length: limit }, () => 'no-pong'));
      expect(layer.count('ann')).toBe(1);
    },
  );
});
