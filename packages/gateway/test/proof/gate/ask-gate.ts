import { expect } from 'vitest';
import type { Evidence, SealedEvidence } from '../../../src/proof/evidence/evidence.ts';
import { parseEvidence } from '../../../src/proof/evidence/read-evidence.ts';
import { seal } from '../../../src/proof/evidence/seal.ts';
import { type Decision, decide, type GateQuestion } from '../../../src/proof/gate/decide.ts';
import { type Policy, seedPolicy } from '../../../src/proof/gate/policy.ts';
import { tellRuling } from '../../../src/proof/gate/ruling.ts';

/** When all these gates are asked. */
export const now: number = Date.parse('2026-11-21T12:00:00Z');

/** What differs from a question about production with the default policy and no key. */
export interface Asked extends Partial<Omit<GateQuestion, 'policy' | 'hasKey'>> {
  readonly policy?: Partial<Policy>;
  readonly key?: string;
}

/** Asks about files with this text. */
export function askAboutTexts(texts: readonly string[], asked: Asked = {}): Decision {
  const { policy = {}, key, ...rest } = asked;
  const files = texts.map((text, index) => ({
    file: `${index}/evidence.json`,
    found: parseEvidence(text, key),
  }));
  return decide(files, {
    destination: 'production',
    commit: null,
    now,
    ...rest,
    policy: { ...seedPolicy, ...policy },
    hasKey: key !== undefined,
  });
}

/** Asks about runs that were sealed as they are, and signed where there is a key. */
export function ask(runs: readonly Evidence[], asked: Asked = {}): Decision {
  return askAboutSealed(
    runs.map((run) => seal(run, asked.key)),
    asked,
  );
}

/** Asks about evidence that is sealed already. */
export function askAboutSealed(sealed: readonly SealedEvidence[], asked: Asked = {}): Decision {
  return askAboutTexts(
    sealed.map((one) => JSON.stringify(one)),
    asked,
  );
}

/** The rules that are not met, once each: with any of them, also one of which nothing is known, it is a no-go. */
export function openRules({ isGo, rulings }: Decision): readonly string[] {
  const open = rulings.filter(({ outcome }) => outcome !== 'met');
  expect(isGo).toBe(open.length === 0);
  return [...new Set(open.map(({ rule }) => rule))];
}

/** What is said of those. */
export function reasons({ rulings }: Decision): readonly string[] {
  return rulings.filter(({ outcome }) => outcome !== 'met').map(tellRuling);
}
