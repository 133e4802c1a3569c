import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, types } from 'node:util';
import { WaitError } from 'nestjs-wait';
import { isObject } from './loop-options.js';

const page = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8');
const DOCUMENTED = new Set(Array.from(page.matchAll(/^\| `(WAIT_ERR_\w+)` \|/gm), ([, code = '']) => code));

const LONGEST_TEXT = 800;
const ONE_LINE = /^[\x20-\x7e\u00a0-\uffff]+\.$/;
/** Words with which a text says what would be right. */
const REMEDY = /\b(?:must|takes?|has no option|write|leave|cannot|needs?|is not|set|give|await|name one)\b/i;

/** What a text says after the owner: of the whole, of an option that does not exist, or of one that does. */
const WHOLE = /^(?:: (?<option>defaults)|: \w+)? takes an options object/;
const UNKNOWN = /^: (?:(?<path>.*): )?\w+ has no option '(?<name>.*)'; it takes /;
const ONE = /^: (?<path>(?:\w+: )*\w+(?:\[(?:\d+|'.*?')\])?)(?: must | cannot be read: )/;
/** A decorator that is written without its call: the class that it was given is the owner. */
const NO_OPTIONS = /^: @\w+ is given a class or a method instead of its options\. Write @/;
/** Texts without the value of one option: they name what there is, or two values as one writes them best. */
const NO_VALUE: readonly RegExp[] = [
  NO_OPTIONS,
  /^: \w+ is .+, but the backoffManager replaces it\. Leave one of the two out\.$/,
  /^: leaderOnly: (?:WaitModule\.forRoot has no leaderElection|there is no leaderElection|there are several groups)/,
  /^: loops\['.*'\] fits no loop[.;] /,
  /^: two leaderElection groups have the same name, '.+'\. Give each a name of its own\.$/,
  /^: \w+ must be greater than zero, not -?(?:[\d.]+[a-z]+)+\.$/,
  /^: \w+ must be greater than .+, and \S+ is not greater than \S+?(?: \* 1\.2)?\.$/,
];

/**
 * Looks whether an error tells a user all: whose option, which one, the value, and what to do.
 *
 * @param owners - How the text may call the owner of the options.
 * @param input - What was given.
 * @returns What is wrong with the error; `undefined` if nothing is.
 */
export function problemOf(error: unknown, owners: readonly string[], input: unknown): string | undefined {
  if (!(error instanceof WaitError)) {
    return `it threw ${String(error)}, and not a WaitError`;
  }
  const { code, message } = error;
  if (!DOCUMENTED.has(code)) {
    return `${code} is not in docs/errors.md`;
  }
  const owner = owners.find((name) => message.startsWith(name));
  if (owner === undefined) {
    return `the text does not begin with ${owners.join(' or ')}: ${message}`;
  }
  if (!ONE_LINE.test(message) || message.length > LONGEST_TEXT) {
    return `the text is not one line that ends with a full stop, of at most ${LONGEST_TEXT} characters: ${message}`;
  }
  if (!REMEDY.test(message)) {
    return `the text does not say what to do: ${message}`;
  }
  const missing = missingFrom(message.slice(owner.length), input);
  return missing === undefined ? undefined : `the text must name ${missing}: ${message}`;
}

/** What a text does not tell of the option that it blames; `undefined` if it tells all. */
function missingFrom(text: string, input: unknown): string | undefined {
  const whole = WHOLE.exec(text);
  if (whole !== null) {
    return missingValue(text, valueAt(input, whole.groups?.['option']));
  }
  const unknown = UNKNOWN.exec(text);
  if (unknown !== null) {
    const { path, name = '' } = unknown.groups ?? {};
    return namesOf(valueAt(input, path)).includes(name) ? undefined : 'an option that is written';
  }
  if (NO_VALUE.some((known) => known.test(text))) {
    return undefined;
  }
  const one = ONE.exec(text);
  return one === null ? 'an option' : missingValue(text, valueAt(input, one.groups?.['path']));
}

/** @param path - As a text writes it: `failureBackoff: initial`, `around[0]`, or `loops['Job.tick']`. */
function valueAt(input: unknown, path = ''): unknown {
  let value = input;
  for (const name of path.split(/: |'?[[\]]'?/).filter((part) => part !== '')) {
    if (typeof value !== 'object' || value === null) {
      return value; // a period may stand alone
    }
    try {
      value = (value as Record<string, unknown>)[name];
    } catch (error) {
      return error;
    }
  }
  return value;
}

/** As much of a value as any text shows of it. */
const SHOWN = 60;

function missingValue(text: string, value: unknown): string | undefined {
  if (value === undefined) {
    // It is missing, or a default or what an update() keeps does not fit to what is written.
    return /(?: not| but is) [^ ]/.test(text) ? undefined : 'a value';
  }
  const shown = shownAs(value);
  return text.includes(shown) ? undefined : `the value ${shown}`;
}

function shownAs(value: unknown): string {
  if (types.isPromise(value)) {
    return 'a Promise';
  }
  try {
    const text =
      value instanceof Error
        ? `[${value.name}: ${value.message}]`
        : inspect(value, { depth: 1, breakLength: Infinity });
    return text.replaceAll(/\s*\n\s*/g, ' ').slice(0, SHOWN);
  } catch {
    return `<unreadable ${typeof value}>`;
  }
}

function namesOf(value: unknown): string[] {
  const prototype = isObject(value) ? (Object.getPrototypeOf(value) as object | null) : null;
  return [value, prototype].flatMap((object) => (isObject(object) ? Object.getOwnPropertyNames(object) : []));
}
