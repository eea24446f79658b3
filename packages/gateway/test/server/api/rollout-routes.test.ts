import { beforeEach, describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';

const path = '/api/v1/rollout';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

describe('the rollout over the API', () => {
  it('is shown as it stands, with what would have been done to those who are only observed', async () => {
    await desk.call('PUT', path, { percent: 0, reason: 'first weeks' });
    for (let come = 0; come < 7; come += 1) desk.connect('bob');
    desk.clock.advance(1_100);
    const { status, body } = await desk.call('GET', path);
    expect(status).toBe(200);
    expect(body).toEqual({
      stage: 'observe',
      percent: 0,
      limit: 5,
      interimLimit: null,
      provider: null,
      guard: {
        armed: false,
        latencyMs: 500,
        sweepFailures: 3,
        memoryGrowthBytes: 1e8,
        standMs: 3000,
      },
      wouldRefuse: { 'user-limit': 2 },
      wouldReap: {},
      rollbacks: {},
      steps: [
        {
          at: desk.clock.epochMs() - 1_100,
          by: 'operator',
          action: 'set',
          from: 100,
          to: 0,
          why: 'first weeks',
          cause: null,
        },
      ],
    });
    expect(desk.layer.count('bob')).toBe(7);
  });

  it('goes forward and back', async () => {
    expect((await desk.call('PUT', path, { percent: 0.25 })).body).toMatchObject({
      stage: 'partial',
      percent: 0.25,
      guard: { armed: true },
    });
    expect((await desk.call('POST', `${path}:back`, { reason: 'lost tabs' })).body).toMatchObject({
      stage: 'rolled-back',
      percent: 0,
      interimLimit: 20,
      rollbacks: { operator: 1 },
      steps: [{ action: 'back', from: 0.25, to: 0, why: 'lost tabs' }, { action: 'set' }],
    });
    expect((await desk.call('PUT', path, { percent: 100 })).body).toMatchObject({
      stage: 'everyone',
      interimLimit: null,
    });
  });

  it.each([{}, { percent: 101 }, { percent: -1 }, { percent: '10' }, { percent: 0.123 }])(
    '%j is no percentage',
    async (body) => {
      const answer = await desk.call('PUT', path, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'bad-body' } });
      expect(answer.body['detail']).toContain('a percentage from 0 to 100');
      expect(desk.rollout.percent).toBe(100);
    },
  );
});
