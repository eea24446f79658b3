import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunningGateway } from '../outside/running-gateway.ts';

/** What break-gateway.mjs can do to the process it is loaded into. */
export type GatewayBreak =
  | 'timer'
  | 'sweep'
  | 'ping'
  | 'release'
  | 'deadline'
  | 'uncounted'
  | 'memory';

const script = new URL('break-gateway.mjs', import.meta.url).href;
const sweepMs = 1_234;
/** Nothing takes long, so that nobody waits long. */
const hasty = [
  ['--cleanup-interval', `${sweepMs}ms`],
  ['--ping-interval', '500ms'],
  ['--ping-timeout', '500ms'],
  ['--pressure-ping-interval', '400ms'],
  ['--probe-timeout', '200ms'],
].flat();

/** The real gateway with short settings, and what breaks it loaded into its process. */
export class BrokenGateway {
  readonly #folder: string = mkdtempSync(path.join(tmpdir(), 'break-gateway-'));

  /** Starts one. It is whole until something is broken. */
  async start(flags: readonly string[] = []): Promise<RunningGateway> {
    const env = {
      NODE_OPTIONS: `--import=${script}`,
      BREAK_FOLDER: this.#folder,
      BREAK_SWEEP_MS: String(sweepMs),
    };
    return await RunningGateway.start([...hasty, ...flags], env);
  }

  breakIt(fault: GatewayBreak): void {
    writeFileSync(this.#file(fault), '');
  }

  mend(fault: GatewayBreak): void {
    rmSync(this.#file(fault), { force: true });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #file(fault: GatewayBreak): string {
    return path.join(this.#folder, fault);
  }
}
