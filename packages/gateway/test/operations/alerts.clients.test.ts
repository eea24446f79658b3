import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import type { RunningGateway } from '../outside/running-gateway.ts';
import { rulesFile, shortenDurations } from './alert-rules.ts';
import { BrokenGateway } from './broken-gateway.ts';
import { RealPrometheus } from './real-prometheus.ts';

const broken = new BrokenGateway();
let gateway: RunningGateway | null = null;
let prometheus: RealPrometheus | null = null;

afterEach(async () => {
  await prometheus?.stop();
  await gateway?.stop();
  broken.remove();
});

it('FM-58 Prometheus raises the alarm when the clean-up cannot start, and takes it back when it runs', async () => {
  const running = await broken.start();
  gateway = running;
  const rules = shortenDurations(readFileSync(rulesFile, 'utf8'));
  const watching = await RealPrometheus.start({ gatewayPort: running.port, rules });
  prometheus = watching;
  const name = 'HoldfastCleanupNotRunning';
  broken.breakIt('timer');
  await watching.until(async () => (await watching.firing()).has(name));
  const alert = (await watching.firing()).get(name);
  expect(alert?.labels).toMatchObject({ severity: 'critical', job: 'holdfast' });
  expect(alert?.annotations['summary']).toContain(`127.0.0.1:${running.port}`);
  broken.mend('timer');
  expect(await watching.firesOnly()).toBe(true);
  expect(await watching.ask('process_open_fds / process_max_fds')).toBeGreaterThan(0);
});
