import type { Mark, PlayedScenario, Sample } from '../../proof/scenarios/outcome.ts';
import type { RunProgress } from '../../proof/scenarios/run-scenarios.ts';
import { plainText } from '../plain-text.ts';
import type { Output } from '../terminal.ts';

const redrawEveryMs = 200;
const widest = 400;

/** How a run is told. */
export interface ProgressParts {
  readonly out: Output;
  readonly isVerbose: boolean;
  /** The command that plays one scenario again. */
  readonly repeatOf: (played: PlayedScenario) => string;
}

/**
 * Tells a run as it goes: a line for each scenario that was played. Where a person reads, the one under way stands below
 * with its time.
 */
export class VerifyProgress {
  readonly #parts: ProgressParts;
  #underWay = { name: '', at: 0, of: 0, sinceMs: 0 };
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: ProgressParts) {
    this.#parts = parts;
  }

  /** For {@link RunPlan.tell}. */
  readonly tell = (progress: RunProgress): void => {
    if (progress.kind === 'begun') this.#begin(progress);
    else this.#write(progress.played);
  };

  /** Takes away the line of the scenario under way. */
  end(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#parts.out.write('\r\u001B[2K');
  }

  #begin({ name, at, of }: Extract<RunProgress, { readonly kind: 'begun' }>): void {
    this.#underWay = { name, at, of, sinceMs: performance.now() };
    if (!this.#parts.out.isTerminal) return;
    this.#timer ??= setInterval(() => this.#draw(), redrawEveryMs);
    this.#draw();
  }

  #draw(): void {
    const { out } = this.#parts;
    const { name, at, of, sinceMs } = this.#underWay;
    const text = `${at} of ${of}  ${name}  ${seconds(performance.now() - sinceMs)}`;
    out.write(`\r\u001B[2K${out.colors.dim(plainText(text, out.columns - 1))}`);
  }

  #write(played: PlayedScenario): void {
    const { out, isVerbose } = this.#parts;
    if (out.isTerminal) out.write('\r\u001B[2K');
    const { at, of } = this.#underWay;
    const place = `${String(at).padStart(String(of).length)}/${of}`;
    const { name, round, tookMs } = played;
    const again = round > 1 ? ` (round ${round})` : '';
    out.write(`${this.#sign(played)} ${place}  ${name}${again}  ${seconds(tookMs)}\n`);
    if (isVerbose) for (const line of detailsOf(played)) out.write(`         ${line}\n`);
    for (const [title, text] of this.#reasons(played))
      out.write(`         ${out.colors.bold(title.padEnd(9))} ${plainText(text, widest)}\n`);
  }

  #sign({ verdict }: PlayedScenario): string {
    const { cyan, red, dim } = this.#parts.out.colors;
    if (verdict.outcome === 'passed') return cyan('passed  ');
    return verdict.outcome === 'failed' ? red('FAILED  ') : dim('n/a     ');
  }

  #reasons(played: PlayedScenario): readonly (readonly [title: string, text: string])[] {
    const { verdict } = played;
    if (verdict.outcome === 'not-applicable') return [['why', verdict.why]];
    if (verdict.outcome === 'passed') return [];
    const { cause, expected, got } = verdict;
    const repeat = this.#parts.repeatOf(played);
    return [
      ['cause', cause],
      ['expected', expected],
      ['got', got],
      ['alone', repeat],
    ];
  }
}

/** `0.4 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function detailsOf({ claim, covers, samples, marks }: PlayedScenario): readonly string[] {
  return [
    claim,
    `covers ${covers.join(', ')}`,
    ...marks.map(
      ({ atMs, kind, what }: Mark) => `+${seconds(atMs)}  ${kind}: ${plainText(what, widest)}`,
    ),
    ...[...new Set(samples.map(({ name }) => name))].map((name) =>
      describeSamples(
        name,
        samples.filter((one) => one.name === name),
      ),
    ),
  ];
}

function describeSamples(name: string, samples: readonly Sample[]): string {
  const values = samples.map(({ value }) => value).toSorted((a, b) => a - b);
  const middle = values[Math.floor(values.length / 2)] ?? 0;
  const [unit = ''] = samples.map((one) => one.unit);
  const figures = `median ${middle.toFixed(1)}, largest ${(values.at(-1) ?? 0).toFixed(1)} ${unit}`;
  return `${name}: ${values.length} measured, ${figures}`;
}
