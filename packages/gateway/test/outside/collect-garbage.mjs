/**
 * Preloaded into a gateway whose memory is measured: on SIGUSR2 it lets garbage go, so that what is left is what something
 * holds on to.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = /** @type {() => void} */ (runInNewContext('gc'));
process.on('SIGUSR2', collect);
