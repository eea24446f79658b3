import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Evidence } from './evidence.ts';

/** Writes the evidence of a run into a folder, which is made where there is none. @throws Error of the file system */
export function writeEvidence(folder: string, evidence: Evidence): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'evidence.json'), `${JSON.stringify(evidence)}\n`);
}
