/**
 * Loaded into the process of a gateway by `NODE_OPTIONS=--import …`, and known to nothing in it. As long as the folder
 * BREAK_FOLDER holds a file of its name, each of these faults lasts:
 *
 *   timer      the timer of the sweep, of BREAK_SWEEP_MS, cannot be set
 *   sweep      looking at the sessions throws
 *   ping       nobody is pinged
 *   release    ending a dead session does nothing
 *   deadline   a session loses its deadline
 *   uncounted  ends of sessions are not counted
 *   memory     the process takes 200 MB
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Door } from '../../../holdfast/dist/sessions/door.js';
import { Heartbeat } from '../../../holdfast/dist/sessions/heartbeat.js';
import { Registry } from '../../../holdfast/dist/sessions/registry.js';
import { SweepRun } from '../../../holdfast/dist/sessions/sweep-run.js';
import { Metrics } from '../../../holdfast/dist/telemetry/metrics.js';

const folder = process.env['BREAK_FOLDER'] ?? '';
const sweepMs = Number(process.env['BREAK_SWEEP_MS']);

/** @param {string} fault */
const lasts = (fault) => existsSync(path.join(folder, fault));

const { setTimeout: set, setInterval: repeat } = globalThis;
globalThis.setTimeout = Object.assign(
  /** @param {Parameters<typeof set>} given */
  (...given) => {
    if (given[1] === sweepMs && lasts('timer')) throw new Error('broken on purpose: timer');
    return set(...given);
  },
  set,
);

const { step } = SweepRun.prototype;
SweepRun.prototype.step = function () {
  if (lasts('sweep')) throw new Error('broken on purpose: sweep');
  step.call(this);
};

const { probe } = Heartbeat.prototype;
Heartbeat.prototype.probe = function (...given) {
  if (!lasts('ping')) probe.apply(this, given);
};

const { leave } = Door.prototype;
Door.prototype.leave = function (...given) {
  if (given[1] === 'no-pong' && lasts('release')) return false;
  return leave.apply(this, given);
};

const { record } = Metrics.prototype;
Metrics.prototype.record = function (...given) {
  if (given[0].type === 'closed' && lasts('uncounted')) return;
  record.apply(this, given);
};

/** @type {import('../../../holdfast/dist/sessions/session.js').Session | null} */
let last = null;
const { add } = Registry.prototype;
Registry.prototype.add = function (...given) {
  last = add.apply(this, given);
  return last;
};

setFlagsFromString('--expose-gc');
const collect = /** @type {() => void} */ (runInNewContext('gc'));
/** @type {Buffer[]} */
const taken = [];

repeat(() => {
  if (lasts('deadline') && last !== null) last.timer = -1;
  if (lasts('memory') && taken.length === 0) taken.push(Buffer.alloc(200 * 1024 * 1024, 1));
  if (!lasts('memory') && taken.length > 0) {
    taken.length = 0;
    collect();
  }
}, 100).unref();
