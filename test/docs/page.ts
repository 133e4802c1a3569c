import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../..');

/** The pages of the documentation, from the root of the repository. */
export const DOCS: readonly string[] = readdirSync(join(root, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`);

interface Block {
  readonly language: string;
  readonly text: string;
}

/** A page of the documentation, with its fenced blocks. */
export class Page {
  readonly text: string;
  private readonly all: readonly Block[];

  /** @param file - From the root of the repository. */
  constructor(
    readonly file: string,
    content = readFileSync(join(root, file), 'utf8'),
  ) {
    this.text = content;
    this.all = Array.from(this.text.matchAll(/^```(\w+)\n(.*?)^```$/gms), ([, language, text]) => ({
      language: language!,
      text: text!,
    }));
  }

  /** The part of the page before a heading. */
  until(heading: string): Page {
    const [part = '', rest] = this.text.split(`\n${heading}\n`);
    if (rest === undefined) {
      throw new Error(`${this.file} has no heading '${heading}'.`);
    }
    return new Page(this.file, part);
  }

  /** All blocks in a language, in the page's order. */
  blocks(language: string): string[] {
    return this.all.filter((each) => each.language === language).map(({ text }) => text);
  }

  /** The one block that begins with these words. */
  block(beginning: string): string {
    return this.all[this.indexOf(beginning)]!.text;
  }

  /** What the page shows as the output of the block that begins with these words: the block after it. */
  outputOf(beginning: string): string {
    const next = this.all[this.indexOf(beginning) + 1];
    if (next?.language !== 'text') {
      throw new Error(`${this.file} shows no output after the block '${beginning}'.`);
    }
    return next.text;
  }

  private indexOf(beginning: string): number {
    const indices = this.all.flatMap(({ text }, index) => (text.startsWith(beginning) ? [index] : []));
    const [index] = indices;
    if (index === undefined || indices.length > 1) {
      throw new Error(`${this.file} has ${indices.length} blocks that begin with '${beginning}'.`);
    }
    return index;
  }
}

export const readme = new Page('README.md');
export const sampleGuide = new Page('sample-app/README.md');

/**
 * The lines of an excerpt that a log does not have, or not in this order. An excerpt leaves out lines, the
 * time and the process of each line, and any text where it has `…`. `in 3ms` stands for any time. If one is
 * missing, the log comes after them, so that a test that fails shows it.
 */
export function missingFrom(log: string, excerpt: string): string[] {
  const logged = log.split('\n');
  const missing = excerpt
    .split('\n')
    .filter((line) => line !== '' && line !== '^C')
    .filter((line) => {
      const pattern = patternOf(line);
      const at = logged.findIndex((candidate) => pattern.test(candidate));
      logged.splice(0, at + 1);
      return at < 0;
    });
  return missing.length === 0 ? [] : [...missing, '… is not in this log, or not in this order:', log];
}

/**
 * Compares a log with all that a page shows of it. Besides what an excerpt leaves out of each line, only the
 * stacks are left out.
 *
 * @returns The lines that are on one side only.
 */
export function differences(log: string, shown: string): string[] {
  const isShown = (line: string): boolean => line !== '' && !/^ {4}at |^\w*Error: /.test(line);
  const left = log.split('\n').filter(isShown);
  const missing = shown.split('\n').filter((line) => {
    const fits = new RegExp(`${patternOf(line).source}$`).test(left[0] ?? '');
    return isShown(line) && !(fits && left.shift() !== undefined);
  });
  return [...missing.map((line) => `only on the page: ${line}`), ...left.map((line) => `not on it: ${line}`)];
}

function patternOf(line: string): RegExp {
  const escaped = line.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(escaped.replaceAll('…', '.*').replaceAll(/\bin \d+m?s\b/g, 'in \\d+m?s'));
}
