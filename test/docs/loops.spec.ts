import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { differences, Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';
import { sectionsOf, type Section } from './sections.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const loops = new Page('docs/loops.md');

describe.each(Object.entries(SETUPS))('the page about the loops, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakes: string;
  let timelines: ReadonlyMap<string, Section>;
  let facts: ReadonlyMap<string, Section>;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [loops], ['loops']);
    mistakes = await project.compile();
    timelines = await sectionsOf(project, 'timelines.mjs');
    facts = await sectionsOf(project, 'facts.mjs');
  });
  afterAll(() => project?.remove());

  it('has TypeScript that compiles in every block', () => {
    expect(mistakes).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual([
      'jitter-until.ts',
      'until.ts',
      'non-sliding-until.ts',
      'backoff-until.ts',
      'forever.ts',
      'first-run.ts',
      'slowing-down.ts',
      'workers.ts',
      'several.ts',
      'inherited.ts',
      'import.ts',
      'rates.controller.ts',
      'backup.ts',
      'devices.ts',
    ]);
  });

  it('shows every timeline as real loops draw it', () => {
    const drawings = Array.from(timelines.values(), ({ log }) => log.trimEnd());
    const shown = loops.blocks('text').filter((block) => /^(?: +0s |@Until, )/.test(block));
    expect(shown.map((block) => block.trimEnd())).toEqual(drawings);
  });

  it.each([
    ['inherited', '// inherited.ts'],
    ['request-scoped', '// import.ts'],
    ['controller', '// rates.controller.ts'],
    ['signal', '// backup.ts'],
    ['at run time', '// devices.ts'],
  ])('prints what the page shows, and leaves no timer: %s', (heading, block) => {
    const { log, findings } = facts.get(heading)!;
    expect(differences(log, loops.outputOf(block))).toEqual([]);
    expect(findings).toEqual(['timers left: 0']);
  });
});
