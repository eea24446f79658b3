import type { Scenario } from '../../src/proof/scenarios/scenario.ts';
import { type BrokenGateway, withBrokenGateway } from './broken-gateway.ts';
import { pick, playScenarios } from './play-scenarios.ts';

/** What the proof makes of a broken gateway, and what it was to make of it: the same, where all is well. */
export interface Judgement {
  readonly found: Readonly<Record<string, string>>;
  readonly expected: Readonly<Record<string, string>>;
}

/**
 * Plays those near to them first, then the scenarios that are meant to catch it, which may leave it in a poor state. A cause
 * that fits stands as its pattern.
 */
export async function judgeBrokenGateway(
  { edits, red, green }: BrokenGateway,
  scenarios: readonly Scenario[],
): Promise<Judgement> {
  const played = pick(scenarios, [...green, ...Object.keys(red)]);
  const verdicts = await withBrokenGateway(edits, (command) => playScenarios(played, command));
  const found: Record<string, string> = {};
  for (const [name, verdict] of verdicts) {
    const pattern = red[name];
    if (verdict.outcome !== 'failed') found[name] = verdict.outcome;
    else if (pattern?.test(verdict.cause) === true) found[name] = String(pattern);
    else found[name] = `${verdict.cause} Expected ${verdict.expected}, got ${verdict.got}.`;
  }
  const expected = Object.fromEntries([
    ...Object.entries(red).map(([name, pattern]) => [name, String(pattern)] as const),
    ...green.map((name) => [name, 'passed'] as const),
  ]);
  return { found, expected };
}
