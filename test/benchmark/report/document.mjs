import { adapters } from '../adapters/index.mjs';
import { environment } from './environment.mjs';
import { table } from './table.mjs';

/**
 * The results in Markdown.
 *
 * @param {{ section: import('../run-section.mjs').Section, jobs: import('../run-section.mjs').MeasuredJob[],
 *   charts: Record<string, string> }[]} results
 */
export async function document(results) {
  const limits = adapters.filter(({ note }) => note).map(({ name, note }) => `${name}: ${note}`);
  const unjittered = adapters.filter(({ jitters }) => !jitters).map(({ name }) => name);
  const parts = [
    '# Results',
    'Made by `npm run bench`. Each figure comes from a process of its own; the repetitions are interleaved. A cell is the median (minimum–maximum); a number in bold is ' +
      'the median of the ratios to the row that is 1, each taken within one repetition. – is what cannot be expressed, or was not measured.',
    await environment(),
    `What the rows do not do: ${limits.join('; ')}; no jitter: ${unjittered.join(', ')}.`,
    ...results.flatMap(({ section, jobs, charts }) => [
      `## ${section.title}`,
      section.text,
      ...Object.keys(charts).map((file) => `![${section.title}](charts/${file})`),
      section.table?.(jobs) ?? table(section, jobs),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}
