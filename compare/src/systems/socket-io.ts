import { SocketIoDialer, type SocketIoSettings } from '../dialers/socket-io-dialer.ts';
import { startPort } from './start-port.ts';
import type { System } from './system.ts';

/** The library with connection state recovery. */
export const socketIo: System = {
  name: 'socket-io',
  title: 'Socket.IO',
  async start(surroundings) {
    const deployment = await startPort({ name: 'socket.io', program: 'socket-io' }, surroundings);
    // Its address and secret are those of any port; only the way in is another.
    const settings = deployment.dialerSource.settings as SocketIoSettings;
    return {
      ...deployment,
      dialer: new SocketIoDialer(settings),
      dialerSource: {
        module: new URL('../../dist/dialers/socket-io-dialer.js', import.meta.url).href,
        settings,
      },
    };
  },
  // `reconnectionDelay` is a second; who was disconnected by the server does not come back by itself.
  comesBackAfter: ({ reason }) => (reason === 'io server disconnect' ? null : 1_000),
};
