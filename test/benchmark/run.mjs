import { parseArgs } from 'node:util';
import { buildOf } from './build-of.mjs';
import { document } from './report/document.mjs';
import { save } from './report/save.mjs';
import { runSection } from './run-section.mjs';
import { beforeAndAfter } from './sections/before-and-after.mjs';
import { sections } from './sections/index.mjs';

const {
  values: { quick, before: ref, only },
} = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    before: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});

const before = ref && (await buildOf(ref));
const results = [];
try {
  for (const section of asked(before)) {
    const jobs = await runSection(section);
    results.push({ section, jobs, charts: quick || only ? {} : (section.charts?.(jobs) ?? {}) });
  }
} finally {
  await before?.remove();
}

const markdown = await document(results);
if (quick || only) {
  console.log(markdown);
} else {
  await save(markdown, Object.assign({}, ...results.map(({ charts }) => charts)));
}

function asked(build) {
  const all = sections.map((sectionOf) => sectionOf(quick));
  if (build) {
    all.unshift(beforeAndAfter(quick, build));
  }
  if (only === undefined) {
    return all;
  }
  const titles = all.map(({ title }) => title);
  const unknown = only.find((title) => !titles.includes(title));
  if (unknown !== undefined) {
    throw new Error(`There is no section "${unknown}". The sections are: ${titles.join(', ')}.`);
  }
  return all.filter(({ title }) => only.includes(title));
}
