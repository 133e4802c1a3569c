import { parseArgs } from 'node:util';
import { buildOf } from './build-of.mjs';
import { document } from './report/document.mjs';
import { save } from './report/save.mjs';
import { runSection } from './run-section.mjs';
import { beforeAndAfter } from './sections/before-and-after.mjs';
import { sections } from './sections/index.mjs';

const {
  values: { quick, before: ref },
} = parseArgs({ options: { quick: { type: 'boolean', default: false }, before: { type: 'string' } } });

const before = ref && (await buildOf(ref));
const results = [];
try {
  const all = sections.map((sectionOf) => sectionOf(quick));
  for (const section of before ? [beforeAndAfter(quick, before), ...all] : all) {
    const jobs = await runSection(section);
    results.push({ section, jobs, charts: quick ? {} : (section.charts?.(jobs) ?? {}) });
  }
} finally {
  await before?.remove();
}

const markdown = await document(results);
if (quick) {
  console.log(markdown);
} else {
  await save(markdown, Object.assign({}, ...results.map(({ charts }) => charts)));
}
