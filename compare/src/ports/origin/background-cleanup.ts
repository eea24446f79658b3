/** How often expired managers are looked for, by environment: half a minute in tests, five minutes in production. */
const intervalsMs: Readonly<Record<string, number>> = {
  test: 30_000,
  testing: 30_000,
  ci: 30_000,
  development: 120_000,
};
const usualIntervalMs = 300_000;

/**
 * The periodic clean-up. It is started by the first create and by nothing else (FM-59), and goes on saying that it runs
 * whatever becomes of it (FM-60).
 */
export class BackgroundCleanup {
  readonly environment: string;
  readonly intervalMs: number;
  hasStarted = false;

  constructor(environment: string) {
    this.environment = environment.toLowerCase();
    this.intervalMs = intervalsMs[this.environment] ?? usualIntervalMs;
  }

  start(cleanUpExpired: () => Promise<void>): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    setInterval(() => {
      cleanUpExpired().catch((error: unknown) => {
        process.stderr.write(`Background cleanup error: ${String(error)}\n`);
      });
    }, this.intervalMs);
  }
}
