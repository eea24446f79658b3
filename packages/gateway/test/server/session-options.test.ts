import { defaultSettings, SessionLayer } from 'holdfast';
import { describe, expect, it } from 'vitest';
import { boundHistory, sessionOptionsOf } from '../../src/server/session-options.ts';
import { configOf } from './gateway/house.ts';

describe('the options of the session layer', () => {
  it('FM-18 are the settings of the gateway, one value from one source', async () => {
    const config = configOf({
      maxSessionsPerUser: 7,
      onLimit: 'evict-oldest',
      cleanupIntervalMs: 12_345,
      messageRate: 10,
      handshakeRate: { perSecond: 1, burst: 1 },
    });
    const layer = new SessionLayer(sessionOptionsOf(config));
    expect(layer.settings).toMatchObject({
      maxSessionsPerUser: 7,
      onLimit: 'evict-oldest',
      cleanupIntervalMs: 12_345,
      messageRate: 10,
      userConnectRate: { perSecond: 20, burst: 200 },
    });
    await layer.shutdown();
  });

  it('FM-64 leave the interval of the sweep to the environment unless it is given', () => {
    expect(sessionOptionsOf(configOf({ environment: 'staging' }))).not.toHaveProperty(
      'cleanupIntervalMs',
    );
  });

  it('FM-62 hold every option that the library has', () => {
    const known = [...Object.keys(defaultSettings), 'environment', 'cleanupIntervalMs'];
    const given = Object.keys(sessionOptionsOf(configOf({ cleanupIntervalMs: 1000 })));
    // The gateway has no hooks of its own yet, so nothing could time out.
    expect(given.toSorted()).toEqual(known.filter((name) => name !== 'hookTimeoutMs').toSorted());
  });
});

describe('B8 the bound of all logs', () => {
  it('is an eighth of the heap where that is less, and that is said', () => {
    const { config, note } = boundHistory(configOf(), 160 * 1024 * 1024);
    expect(config.historyTotalBytes).toBe(20 * 1024 * 1024);
    expect(note).toContain('`--history-total` is lowered from 256mb to 20mb');
  });

  it('is never below the bound of one log', () => {
    const { config } = boundHistory(configOf({ historyBytes: 50_000_000 }), 1_000_000);
    expect(config.historyTotalBytes).toBe(50_000_000);
  });

  it('is as given on a heap that is large enough', () => {
    const config = configOf();
    expect(boundHistory(config, 4 * 1024 ** 3)).toEqual({ config });
  });
});
