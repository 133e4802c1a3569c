import { access, constants, mkdir } from 'node:fs/promises';
import { StartError } from './start-error.js';

/**
 * Makes the folder of the state, so that a mistake in `STATE_DIR` is one sentence, and not an error of each
 * loop that writes.
 *
 * @throws StartError when nobody can write there.
 */
export async function makeStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new StartError(
      `STATE_DIR must be a folder that the sample can write to: ${(error as Error).message}`,
    );
  }
}
