import type { RawPeer } from 'holdfast/testing';
import type { Deployment } from '../deployment.ts';
import type { Entrance } from '../dialer.ts';

/** The request line and headers of an upgrade, for a client that is not going to wait for the answer. */
export function upgradeHead(
  { path, headers }: Entrance,
  { host, port }: Deployment['address'],
): string {
  const fields = {
    Host: `${host}:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Whether a peer was answered in a way that does not change any more. */
export function hasAnswer(peer: RawPeer): boolean {
  return peer.isClosed || peer.closeFrame !== null || peer.texts.length > 0 || isRefused(peer);
}

function isRefused({ head }: RawPeer): boolean {
  return head !== '' && !head.startsWith('HTTP/1.1 101');
}
