import { answerParent } from '../processes/answer.ts';
import type { InsideDuties } from './duties.ts';
import { measureExpiry } from './expiry.ts';
import { measureOpenLatency } from './open-latency.ts';

const duties: InsideDuties = { openLatency: measureOpenLatency, expiry: measureExpiry };

answerParent(duties);
