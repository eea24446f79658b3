import { checkWritten } from './check-delivery.ts';
import type { SocketWatch } from './simulated-socket.ts';
import type { Stage } from './stage.ts';

/** Watches every connection of a run. */
export function watchSocket(stage: Stage): SocketWatch {
  return {
    written: (socket, text, bytes) => checkWritten(stage, socket, { text, bytes }),
    threw: (method) => {
      if (method === 'transport') stage.tally.transport += 1;
      else stage.tally.socket += 1;
      stage.note(() => `${method} throws`);
    },
    ownerThrew: (error) => {
      stage.verdict.expect(false, 'I6', () => `the layer threw at the engine: ${String(error)}`);
    },
    handing: (socket) => {
      stage.heardInStep.add(socket);
    },
  };
}
