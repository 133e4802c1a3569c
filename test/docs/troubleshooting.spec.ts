import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { missingFrom, Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';
import { sectionsOf, type Section } from './sections.js';

jest.setTimeout(180_000); // compiles, and starts a process, which takes long on a busy machine

const page = new Page('docs/troubleshooting.md');
const SYMPTOMS = page.text
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ heading: text.split('\n')[0]!, shown: /^```text\n(.*?)^```$/ms.exec(text)?.[1] }));

const NOT_FOUND = [
  'without WaitModule: nothing is logged',
  'in no providers: 0 loops',
  'a value without a class: 0 loops',
  'a method that was copied: 0 loops',
  'a class that extends another one: 1 loops',
  'only compiled: 0 loops',
];
const ON_STANDBY = ['waiting on the first, standby on the second', 'WAIT_ERR_NOT_LEADER'];
const AT_ONCE = ['after 0 s: 1 run', 'immediate: false, after 4.999 s: 0 runs', 'and after 5 s: 1 run'];
const HELD_OPEN = ['a loop holds it open: true', 'after close(): 0 timers', 'with enabled: false: 0 timers'];

describe.each(Object.entries(SETUPS))('the page about troubleshooting, %s', (_, setup) => {
  let project: ReadersProject;
  let sections: ReadonlyMap<string, Section>;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['troubleshooting']);
    expect(await project.compile()).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual(['script.ts', 'named.ts']);
    sections = await sectionsOf(project, 'troubleshooting.mjs');
  });
  afterAll(() => project?.remove());

  it.each(SYMPTOMS.flatMap(({ heading, shown }) => (shown === undefined ? [] : [{ heading, shown }])))(
    'shows what the reader sees: $heading',
    ({ heading, shown }) => {
      expect(missingFrom(sections.get(heading)?.log ?? 'No such symptom.', shown)).toEqual([]);
    },
  );

  it.each([
    ['No line in the log names my loop', NOT_FOUND],
    ['My loop is in the log, and does not run', ['stopped']],
    ['A leader-only loop does not run on this replica', ON_STANDBY],
    ['My loop runs twice', ['poll and poll/2', 'WAIT_ERR_DUPLICATE_LOOP']],
    ['There are two copies of nestjs-wait', ["Nest can't resolve dependencies of the Probes (?)"]],
    ['My loop runs at once', AT_ONCE],
    ['A run never ends', ['running, hung: true']],
    ['My loop has stopped', ['unhandled: Sentry is away', 'stopped']],
    ['The process does not end', HELD_OPEN],
    ['The port is in use, and the loops run', ['runs: 2']],
    ['My loop has a strange name', ['Mails.send']],
    ['A run does not see its context', ['the store: the bootstrap; the request: undefined']],
    ['A test waits in vain', ['before advance: 0', 'after advance(0): 1', 'after advance(5000): 2']],
  ])('says truly why: %s', (heading, wantFindings) => {
    expect(SYMPTOMS.map((symptom) => symptom.heading)).toContain(heading);
    expect(sections.get(heading)?.findings).toEqual(wantFindings);
  });
});
