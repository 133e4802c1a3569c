import { parseArgs } from 'node:util';
import { document } from './report/document.mjs';
import { save } from './report/save.mjs';
import { runSection } from './run-section.mjs';
import { sections } from './sections/index.mjs';

const {
  values: { quick },
} = parseArgs({ options: { quick: { type: 'boolean', default: false } } });

const results = [];
for (const sectionOf of sections) {
  const section = sectionOf(quick);
  const jobs = await runSection(section);
  results.push({ section, jobs, charts: quick ? {} : (section.charts?.(jobs) ?? {}) });
}

const markdown = await document(results);
if (quick) {
  console.log(markdown);
} else {
  await save(markdown, Object.assign({}, ...results.map(({ charts }) => charts)));
}
