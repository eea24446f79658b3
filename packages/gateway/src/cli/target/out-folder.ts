import { mkdirSync } from 'node:fs';
import { failed } from '../command-failure.ts';

/**
 * The folder evidence goes into. Made before the run: a folder that cannot be written is told at once, not after two minutes.
 *
 * @throws CommandFailure
 */
export function makeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    return folder;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    throw failed(
      `Expected \`--out\` to be a folder that can be made, got ${code} for ${folder}.`,
      error,
    );
  }
}
