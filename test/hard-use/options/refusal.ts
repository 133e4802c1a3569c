import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WaitError } from 'nestjs-wait';

const page = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8');
const DOCUMENTED = new Set(Array.from(page.matchAll(/^\| `(WAIT_ERR_\w+)` \|/gm), ([, code = '']) => code));

const LONGEST_TEXT = 800;
const ONE_LINE = /^[\x20-\x7e\u00a0-\uffff]+\.$/;
/** Words with which a text says what would be right. */
const REMEDY = /\b(?:must|takes?|has no option|write|leave|cannot|needs?|is not|set|give|await)\b/i;

/**
 * Looks whether an error tells a user all: whose option, which one, the value, and what to do.
 *
 * @param owners - How the text may call the owner of the options.
 * @param input - What was given.
 * @returns What is wrong with the error; `undefined` if nothing is.
 */
export function problemOf(error: unknown, owners: readonly string[], input: unknown): string | undefined {
  if (!(error instanceof WaitError)) {
    return `it threw ${String(error)}`;
  }
  const { code, message } = error;
  if (!DOCUMENTED.has(code)) {
    return `${code} is not in docs/errors.md`;
  }
  if (!owners.some((owner) => message.includes(owner))) {
    return `the text does not name ${owners[0]}: ${message}`;
  }
  if (!ONE_LINE.test(message) || message.length > LONGEST_TEXT) {
    return `the text is no sentence on one line: ${message}`;
  }
  if (!REMEDY.test(message)) {
    return `the text does not say what to do: ${message}`;
  }
  return namesOption(message, input) ? undefined : `the text does not name an option: ${message}`;
}

/** Whether the text names an option that was written, or one that is missing, or speaks of the whole. */
function namesOption(message: string, input: unknown): boolean {
  if (/takes an options object|instead of its options/.test(message)) {
    return true;
  }
  const own = typeof input === 'object' && input !== null ? namesOf(input) : ['period'];
  return [...own, 'period', 'jitter'].some((name) => message.includes(name));
}

function namesOf(input: object): string[] {
  try {
    const names = Object.getOwnPropertyNames(input);
    return [...names, ...Object.getOwnPropertyNames(Object.getPrototypeOf(input) ?? {})].filter(
      (name) => name !== '',
    );
  } catch {
    return [];
  }
}
