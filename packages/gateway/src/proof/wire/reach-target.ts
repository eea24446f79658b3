import type { Deployment } from '../deployment.ts';
import type { HostProcess } from '../host-process.ts';
import { HttpDesk } from './http-desk.ts';
import { WireDialer, type WireSettings } from './wire-dialer.ts';

/** A target that speaks PROTOCOL.md and docs/http-api.md, or the part of them a scenario needs. */
export interface Target extends WireSettings {
  readonly name: string;
  readonly adminToken: string;
  readonly host?: HostProcess;
}

/** The deployment behind an address. */
export function reachTarget({ name, adminToken, host, ...wire }: Target): Deployment {
  const { hostname, port, protocol } = new URL(wire.url);
  return {
    name,
    dialer: new WireDialer(wire),
    dialerSource: {
      // The built file, also where this one is run from its source: other processes read no TypeScript.
      module: new URL('../../../dist/proof/wire/wire-dialer.js', import.meta.url).href,
      settings: wire,
    },
    desk: new HttpDesk(wire.url, adminToken),
    address: { host: hostname, port: port === '' ? usualPort(protocol) : Number(port) },
    host: host ?? null,
  };
}

function usualPort(protocol: string): number {
  return protocol === 'https:' ? 443 : 80;
}
