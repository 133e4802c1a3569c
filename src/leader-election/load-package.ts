import { WaitError } from '../core/errors.js';
import { reasonOf } from '../core/values/error-text.js';

type Loaders<T> = Readonly<Record<string, () => Promise<T>>>;

/**
 * Loads the client of an engine, which is a package that the user installs.
 *
 * @param owner - Names in the error what needs the package.
 * @param loaders - Load the packages that can be used, by name. The first one that is installed is used.
 * @throws WaitError `WAIT_ERR_MISSING_PACKAGE` when none is installed, or when one is and cannot be loaded.
 */
export async function loadPackage<T>(owner: string, loaders: Loaders<T>): Promise<T> {
  let cause: unknown;
  for (const [name, load] of Object.entries(loaders)) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- the second is loaded only where the first is missing
      return await load();
    } catch (error) {
      if (missingPackage(error) !== name) {
        throw missing(
          `${owner}: the package '${name}' cannot be loaded by Node ${process.version}: ${reasonOf(error)}`,
          error,
        );
      }
      cause ??= error;
    }
  }
  const names = Object.keys(loaders);
  const choice = names.map((name) => `'${name}'`).join(' or ');
  throw missing(`${owner}: the package ${choice} is not installed. Run: npm install ${names[0]}`, cause);
}

function missing(text: string, cause: unknown): WaitError {
  return new WaitError('WAIT_ERR_MISSING_PACKAGE', text, { cause });
}

/** Returns the package that an import did not find. It may be a dependency of the imported package. */
function missingPackage(error: unknown): string | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') {
    return undefined;
  }
  // These are the messages of Node and of Yarn PnP.
  return /^(?:Cannot find (?:package|module) '|.+ tried to access )([^\s',]+)/.exec(String(message))?.[1];
}
