import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { writeJunit } from '../../../src/proof/evidence/junit.ts';
import { seal } from '../../../src/proof/evidence/seal.ts';
import { someEvidence, someFailure, someScenario } from './some-evidence.ts';

/** What a parser that is none of ours finds: an element as [name, attributes, text, children]. */
type Element = [
  name: string,
  attributes: Record<string, string>,
  text: string,
  children: Element[],
];

const parser = `
import json, sys, xml.etree.ElementTree as tree
def tell(element):
    return [element.tag, element.attrib, element.text or '', [tell(child) for child in element]]
print(json.dumps(tell(tree.fromstring(sys.stdin.buffer.read()))))
`;

function parse(xml: string): Element {
  const out = execFileSync('python3', ['-c', parser], { input: xml, encoding: 'utf8' });
  return JSON.parse(out) as Element;
}

function casesOf([, , , [suite]]: Element): Element[] {
  return suite?.[3].filter(([name]) => name === 'testcase') ?? [];
}

const nasty = `</testcase>"'&<]]>\n\t\r\u0000\u001B[31m\uFFFF\uD800 \u{1F600} --> <!--`;

describe('junit.xml', () => {
  it('has a case for each scenario and round, with failures, skipped ones and those never played', () => {
    const why = 'The target has no stats.';
    const scenarios = [
      someScenario(),
      someScenario({ round: 2, startedAtMs: 2_000, verdict: someFailure }),
      someScenario({
        name: 'race/a',
        category: 'race',
        verdict: { outcome: 'not-applicable', why },
      }),
    ];
    const planned = [...scenarios.map(({ name }) => name), 'race/b'];
    const root = parse(writeJunit(seal(someEvidence({ scenarios, planned, isComplete: false }))));
    expect(root[0]).toBe('testsuites');
    for (const [, attributes] of [root, root[3][0]!]) {
      expect(attributes).toMatchObject({
        tests: '4',
        failures: '1',
        errors: '1',
        skipped: '1',
        time: '60.000',
      });
    }
    const cases = casesOf(root).map(([, { name, classname, time }, , children]) => [
      name,
      classname,
      time,
      children.map(([tag]) => tag),
    ]);
    expect(cases).toEqual([
      ['limits/reloads-never-reach-the-limit', 'limits', '0.500', []],
      ['limits/reloads-never-reach-the-limit (round 2)', 'limits', '0.500', ['failure']],
      ['race/a', 'race', '0.500', ['skipped']],
      ['race/b', 'race', '0.000', ['error']],
    ]);
    const [, failed, skipped] = casesOf(root);
    expect(failed![3][0]![1]['message']).toBe('Slots are not given back when a client closes.');
    expect(failed![3][0]![2]).toContain('Expected a count of 0, got 5.');
    expect(skipped![3][0]![1]['message']).toBe(why);
  });

  it('is XML whatever stands in the evidence', () => {
    const verdict = { outcome: 'failed', cause: nasty, expected: nasty, got: nasty } as const;
    const scenarios = [
      someScenario({ name: nasty, category: nasty, verdict }),
      someScenario({ name: `${nasty}2`, verdict: { outcome: 'not-applicable', why: nasty } }),
    ];
    const target = { name: nasty, url: nasty, environment: nasty };
    const planned = [...scenarios.map(({ name }) => name), `${nasty}3`];
    const evidence = someEvidence({ scenarios, planned, target, settings: { [nasty]: nasty } });
    const root = parse(writeJunit(seal(evidence)));
    expect(casesOf(root)).toHaveLength(3);
    const unwritable = new Set(['\u0000', '\u001B', '\uFFFF', '\uD800']);
    const readable = Array.from(nasty, (one) => (unwritable.has(one) ? '\uFFFD' : one)).join('');
    expect(casesOf(root)[0]![1]['name']).toBe(readable);
    expect(casesOf(root)[0]![3][0]![1]['message']).toBe(readable);
  });

  it('of a run without scenarios has none', () => {
    const root = parse(writeJunit(seal(someEvidence({ kind: 'load', scenarios: [] }))));
    expect(root[1]['tests']).toBe('0');
    expect(casesOf(root)).toEqual([]);
  });
});
