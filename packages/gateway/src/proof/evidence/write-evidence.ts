import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeReport } from '../report/write-report.ts';
import type { Evidence, SealedEvidence } from './evidence.ts';
import { evidenceFiles } from './evidence-files.ts';
import { writeJunit } from './junit.ts';
import { printEvidence } from './print-evidence.ts';
import { seal } from './seal.ts';

/** What a folder of evidence is written with. */
export interface EvidenceOptions {
  /** Signs it: at least 32 bytes. */
  readonly key?: string | undefined;
}

/**
 * Writes the folder of one run; what stood there under the same names is replaced. `evidence.json` comes last and whole,
 * so that a run which ends while it writes leaves no evidence rather than a piece of it.
 *
 * @throws TypeError where a value is none of JSON, and what the file system throws
 */
export async function writeEvidence(
  folder: string,
  evidence: Evidence,
  { key }: EvidenceOptions = {},
): Promise<SealedEvidence> {
  const sealed = seal(evidence, key);
  await mkdir(folder, { recursive: true });
  await writeWhole(path.join(folder, evidenceFiles.report), writeReport(sealed));
  await writeWhole(path.join(folder, evidenceFiles.junit), writeJunit(sealed));
  await writeWhole(path.join(folder, evidenceFiles.evidence), printEvidence(sealed));
  return sealed;
}

async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  await writeFile(draft, text);
  await rename(draft, file);
}
