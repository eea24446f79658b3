/**
 * Loaded before the gateway, to make its garbage collector work hard: a live heap of many small objects, of which a part
 * is replaced all the time, and a whole collection each second. Writes `pause <ms>` to stderr for each collection longer than 50 ms.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = /** @type {() => void} */ (runInNewContext('gc'));

/** @type {object[]} */
const heap = [];
for (let number = 0; number < 1_000_000; number += 1) heap.push({ number, next: { number } });

let place = 0;
setInterval(() => {
  for (let count = 0; count < 30_000; count += 1) {
    place = (place + 7919) % heap.length;
    heap[place] = { place, next: { place } };
  }
}, 20).unref();
setInterval(collect, 1_000).unref();

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries())
    if (duration > 50) process.stderr.write(`pause ${Math.round(duration)}\n`);
}).observe({ entryTypes: ['gc'] });
