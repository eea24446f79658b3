import type { ManagerFactoryOptions } from 'holdfast/manager-factory';
import { LoopbackService } from './loopback.ts';

/** A heartbeat quick enough for a test. */
const quick: ManagerFactoryOptions = {
  pingIntervalMs: 2_000,
  pressurePingIntervalMs: 200,
  pingTimeoutMs: 5_000,
};

const running: LoopbackService[] = [];

/** Starts a service with a quick heartbeat that `stopServices` stops. */
export async function startService(options: ManagerFactoryOptions): Promise<LoopbackService> {
  const service = await LoopbackService.start({ ...quick, ...options });
  running.push(service);
  return service;
}

/** Stops every service that `startService` has started. */
export async function stopServices(): Promise<void> {
  for (const service of running.splice(0)) await service.stop();
}
