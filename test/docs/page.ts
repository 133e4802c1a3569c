import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../..');

const page = readFileSync(join(root, 'README.md'), 'utf8');

/** All fenced blocks of the README in a language, in the page's order. */
export function blocks(language: string): string[] {
  return allBlocks()
    .filter((each) => each.language === language)
    .map(({ text }) => text);
}

/** The one block that begins with these words. */
export function block(beginning: string): string {
  return found(beginning).text;
}

/** What the page shows as the output of the block that begins with these words: the block after it. */
export function outputOf(beginning: string): string {
  const { index } = found(beginning);
  const next = allBlocks()[index + 1];
  if (next?.language !== 'text') {
    throw new Error(`The README shows no output after the block '${beginning}'.`);
  }
  return next.text;
}

function found(beginning: string): { readonly text: string; readonly index: number } {
  const all = allBlocks();
  const indices = all.flatMap(({ text }, index) => (text.startsWith(beginning) ? [index] : []));
  const [index] = indices;
  if (index === undefined || indices.length > 1) {
    throw new Error(`The README has ${indices.length} blocks that begin with '${beginning}'.`);
  }
  return { text: all[index]!.text, index };
}

function allBlocks(): { readonly language: string; readonly text: string }[] {
  return Array.from(page.matchAll(/^```(\w+)\n(.*?)^```$/gms), ([, language, text]) => ({
    language: language!,
    text: text!,
  }));
}

/**
 * The lines of an excerpt that a log does not have, or not in this order. An excerpt leaves out lines, the
 * time and the process of each line, and any text where it has `…`. `in 3ms` stands for any time.
 */
export function missingFrom(log: string, excerpt: string): string[] {
  const logged = log.split('\n');
  return excerpt
    .split('\n')
    .filter((line) => line !== '' && line !== '^C')
    .filter((line) => {
      const pattern = patternOf(line);
      const at = logged.findIndex((candidate) => pattern.test(candidate));
      logged.splice(0, at + 1);
      return at < 0;
    });
}

function patternOf(line: string): RegExp {
  const escaped = line.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(escaped.replaceAll('…', '.*').replaceAll(/\bin \d+m?s\b/g, 'in \\d+m?s'));
}
