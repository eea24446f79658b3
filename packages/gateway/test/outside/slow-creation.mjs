/**
 * Loaded into a gateway by a test, before anything else: while the file that `SLOW_CREATION_WHILE` names exists, the
 * handshake of each WebSocket takes 600 ms longer. It is work of the gateway's own, on its one thread, between the
 * arrival of a newcomer and its slot.
 */
import crypto from 'node:crypto';
import { existsSync } from 'node:fs';

const EXTRA_MS = 600;
const switchFile = process.env['SLOW_CREATION_WHILE'] ?? '';
const { createHash } = crypto;
const nothing = new Int32Array(new SharedArrayBuffer(4));

// RFC 6455 section 4.2.2: the key of a handshake is answered with its SHA-1, and nothing else here uses that.
crypto.createHash = (algorithm, options) => {
  if (algorithm === 'sha1' && existsSync(switchFile)) Atomics.wait(nothing, 0, 0, EXTRA_MS);
  return createHash(algorithm, options);
};
