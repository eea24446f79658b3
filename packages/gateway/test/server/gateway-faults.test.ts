import { describe, expect, it } from 'vitest';
import { GatewayFaults } from '../../src/server/gateway-faults.ts';

function faultsAt(): { at: { ms: number }; faults: GatewayFaults; told: string[] } {
  const at = { ms: 1000 };
  const told: string[] = [];
  const faults = new GatewayFaults({
    now: () => at.ms,
    tell: ({ where }, isOver) => told.push(`${where} ${isOver ? 'over' : 'begins'}`),
  });
  return { at, faults, told };
}

describe('I6 a fault of the gateway', () => {
  it('that is held stands until it is cleared, since when it began', () => {
    const { at, faults, told } = faultsAt();
    faults.hold('memory', new Error('90 % are in use'));
    at.ms = 500_000;
    faults.hold('memory', new Error('91 % are in use'));
    expect(faults.standing()).toMatchObject([
      { where: 'memory', since: 1000, error: 'Error: 91 % are in use' },
    ]);
    expect(faults.isDegraded()).toBe(true);
    faults.clear('memory');
    expect(faults.standing()).toEqual([]);
    expect(faults.isDegraded()).toBe(false);
    expect(told).toEqual(['memory begins', 'memory over']);
  });

  it('that is reported stands for a minute after it last happened', () => {
    const { at, faults } = faultsAt();
    faults.report('http', new Error('no'));
    at.ms += 50_000;
    faults.report('http', new Error('no'));
    at.ms += 59_000;
    expect(faults.standing()).toMatchObject([{ since: 1000 }]);
    at.ms += 1000;
    expect(faults.standing()).toEqual([]);
  });

  it('is counted every time, and told when it begins and when it is over', () => {
    const { at, faults, told } = faultsAt();
    for (let count = 0; count < 3; count += 1) faults.report('http', new Error('no'));
    at.ms += 60_000;
    faults.standing();
    faults.report('http', new Error('again'));
    expect(faults.counts()).toEqual(new Map([['http', 4]]));
    expect(told).toEqual(['http begins', 'http over', 'http begins']);
  });

  it('that keeps nobody out does not degrade health', () => {
    const { faults } = faultsAt();
    faults.hold('log', new Error('nobody reads'));
    expect(faults.standing()).toHaveLength(1);
    expect(faults.isDegraded()).toBe(false);
  });

  it('that was never there is nothing to clear', () => {
    const { faults, told } = faultsAt();
    faults.clear('keys');
    expect(told).toEqual([]);
  });
});
