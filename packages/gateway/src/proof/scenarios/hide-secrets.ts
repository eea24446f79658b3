import type { PlayedScenario, Verdict } from './outcome.ts';

/** Three parts of base64url, of which the first is a JSON object: a token. */
const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** What was played without these secrets and without tokens, should a target have put one into its answers. */
export function hideSecrets(played: PlayedScenario, secrets: readonly string[]): PlayedScenario {
  const hide = (text: string): string =>
    secrets
      .reduce((left, secret) => left.replaceAll(secret, '(secret)'), text)
      .replaceAll(token, '(token)');
  const marks = played.marks.map((mark) => ({ ...mark, what: hide(mark.what) }));
  return { ...played, marks, verdict: hideInVerdict(played.verdict, hide) };
}

function hideInVerdict(verdict: Verdict, hide: (text: string) => string): Verdict {
  if (verdict.outcome === 'passed') return verdict;
  if (verdict.outcome === 'not-applicable') return { ...verdict, why: hide(verdict.why) };
  const { outcome, cause, expected, got } = verdict;
  return { outcome, cause: hide(cause), expected: hide(expected), got: hide(got) };
}
