import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findBrokenCommands, root } from './written-commands.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly 'runs-on': string | readonly string[];
  readonly 'timeout-minutes': number;
  readonly needs?: string | readonly string[];
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = path.join(root, '.github/workflows');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const workflows = readdirSync(folder).map((name) => {
  const text = read(`.github/workflows/${name}`);
  return { name, text, workflow: parse(text, { strict: true, uniqueKeys: true }) as Workflow };
});
const commandsOf = ({ jobs }: Workflow): string =>
  Object.values(jobs)
    .flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    .join('\n');
function commands(name: string): string {
  const found = workflows.find((one) => one.workflow.name === name);
  return found === undefined ? '' : commandsOf(found.workflow);
}
/** What a line of a step may begin with; the first three are ours. */
const programs =
  /^(?:npm |npx holdfast |bash \.ci\/run$|apt-get |gh |open=\$\(gh |printf |if \[ -[nz] "\$open" \]; then gh )/;

describe.each(workflows)('the workflow $name', ({ name, text, workflow }) => {
  it('is one: each job has a machine, a longest time and steps, and waits for jobs that exist', () => {
    expect(`${workflow.name}.yml`).toBe(name);
    expect(Object.keys(workflow.on).length).toBeGreaterThan(0);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(workflow.jobs)) {
      expect(job['runs-on']).toBeTruthy();
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      for (const one of [job.needs ?? []].flat()) expect(Object.keys(workflow.jobs)).toContain(one);
      for (const { uses, run } of job.steps) expect([uses, run].filter(Boolean)).toHaveLength(1);
    }
  });

  it('calls only commands, scripts and flags that exist', () => {
    expect(findBrokenCommands(commandsOf(workflow))).toEqual([]);
    const lines = commandsOf(workflow)
      .split('\n')
      .filter((line) => line !== '');
    expect(lines.filter((line) => !programs.test(line))).toEqual([]);
  });

  it('G17 uses actions by their commit, and says which version that is', () => {
    const used = [...text.matchAll(/uses: (.*)/g)].map(([, action = '']) => action);
    expect(used.length).toBeGreaterThan(0);
    expect(
      used.filter((one) => !/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one)),
    ).toEqual([]);
  });

  it('installs at least the Debian packages that every change is tested with', () => {
    const [, list = ''] = /debian_packages=\(([^)]*)\)/.exec(read('.ci/run')) ?? [];
    for (const [line] of commandsOf(workflow).matchAll(/apt-get install.*/g))
      expect(list.split(' ').filter((one) => !line.split(' ').includes(one))).toEqual([]);
  });

  it('needs nothing that the documents do not tell to set up', () => {
    const needed = [...text.matchAll(/(?:secrets|vars)\.(\w+)/g)].map(([, one = '']) => one);
    expect(needed.filter((one) => !read('CONTRIBUTING.md').includes(`\`${one}\``))).toEqual([]);
  });
});

describe('the pipelines of the seed document', () => {
  it('load staging every day and raise an alarm when its gate says no', () => {
    const daily = workflows.find(({ workflow }) => workflow.name === 'daily');
    expect(daily?.workflow.on).toHaveProperty('schedule');
    expect(commands('daily')).toMatch(/holdfast load .*--frozen/);
    expect(commands('daily')).toMatch(
      /holdfast gate evidence\/load evidence\/verify evidence\/own --for staging/,
    );
    expect(commands('daily')).toContain('gh issue create');
  });

  it('let nothing go to production without every tier and a day on staging', () => {
    for (const part of ['bash .ci/run', 'npm run test:long', 'npm run test:release'])
      expect(commands('release')).toContain(part);
    expect(commands('release')).toMatch(/holdfast soak .*--duration 24h/);
    expect(commands('release')).toMatch(/holdfast gate evidence\/soak .*--for production/);
  });

  it.each(['daily', 'release'])(
    '%s holds every run it has made against the policy, and no other',
    (name) => {
      const made = [...commands(name).matchAll(/--out (\S+)/g)].map(([, one]) => one);
      const [, judged = ''] = /holdfast gate (.*) --for/.exec(commands(name)) ?? [];
      expect(made.length).toBeGreaterThan(2);
      expect(judged.split(' ')).toEqual(made);
    },
  );

  it('have a review ask for what the seed document asks for', () => {
    const template = read('.github/pull_request_template.md');
    for (const said of ['tests of clean-up', 'in a container', 'goes by the limit'])
      expect(template).toContain(said);
    expect(findBrokenCommands(template)).toEqual([]);
  });
});

describe('the look for broken commands', () => {
  it.each([
    ['npm run check:nothing'],
    ['bash .ci/ruin'],
    ['node scripts/never.mjs'],
    ['npx holdfast dance'],
    ['npx holdfast drain --url x --gently'],
    ['npx holdfast drain \\\n  --gently'],
  ])('finds %s', (text) => {
    expect(findBrokenCommands(text)).toHaveLength(1);
  });
});
