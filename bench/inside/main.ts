import { answerParent } from '../processes/answer.ts';
import type { InsideDuties } from './duties.ts';
import { measureExpiry } from './expiry.ts';
import { measureLogMemory } from './log-memory.ts';
import { measureOpenLatency } from './open-latency.ts';
import { measurePublishing } from './publishing.ts';

const duties: InsideDuties = {
  openLatency: measureOpenLatency,
  expiry: measureExpiry,
  logMemory: measureLogMemory,
  publishing: measurePublishing,
};

answerParent(duties);
