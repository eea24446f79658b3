import { GatewayFaults } from './gateway-faults.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { EventLines } from './log/event-lines.ts';
import { createGatewayLog, type GatewayLog } from './log/gateway-log.ts';
import { LineSink } from './log/line-sink.ts';
import { createUserNamer } from './log/user-name.ts';
import { required } from './token-checks.ts';

/** How a gateway tells what happens in it. */
export interface Observation {
  readonly log: GatewayLog;
  readonly faults: GatewayFaults;
  readonly lines: EventLines;
}

const STANDARD_OUTPUT = 1;

/**
 * Makes log and faults: each fault is a line when it begins and when it is over.
 *
 * @param node name of this process
 */
export function createObservation(options: GatewayOptions, node: string): Observation {
  const { config, isTerminal = false } = options;
  const format = config.logFormat ?? (isTerminal ? 'pretty' : 'json');
  const log: GatewayLog = createGatewayLog({
    node,
    level: config.logLevel,
    isPretty: format === 'pretty',
    destination: options.logDestination ?? standardOutput(() => ({ log, faults })),
  });
  const faults = new GatewayFaults({
    now: () => Date.now(),
    tell: ({ where, error, do: remedy }, isOver) => {
      if (isOver) log.info('faultOver', `Fault over: ${where}`, { where });
      else log.error('fault', `Fault: ${where}. ${remedy}`, { where, error });
    },
  });
  const nameUser = createUserNamer({
    showIds: config.logUserIds,
    secret: required('adminToken', config.adminToken),
  });
  return { log, faults, lines: new EventLines({ log, nameUser, now: () => performance.now() }) };
}

function standardOutput(parts: () => Pick<Observation, 'log' | 'faults'>): LineSink {
  return new LineSink({
    fd: STANDARD_OUTPUT,
    onTrouble: (error) => parts().faults.hold('log', error),
    onRecovered: (leftOut) => {
      const { log, faults } = parts();
      faults.clear('log');
      if (leftOut > 0) log.warn('linesLeftOut', 'The log could not be written', { leftOut });
    },
  });
}
