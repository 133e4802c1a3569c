import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Page, root } from '../docs/page.js';
import { nodeOf } from '../support/node-of.js';
import { Consumer, PATIENTLY, type Template } from './support/consumer.js';

const page = new Page('docs/testing.md');

/** What the page shows for one of the two only. */
const VITEST = /vitest/;
const JEST = /with-jest/;

const JEST_WITH_ES_MODULES = 'node --experimental-vm-modules node_modules/jest/bin/jest.js';

/** How many tests of the page each runner has. */
const TESTS = 12;
const BY_JEST = `Tests:       ${TESTS} passed, ${TESTS} total`;

/** Makes a project with the blocks of the page in `src/page`, where a reader has copied them. */
function readersProject(template: Template, type: 'module' | 'commonjs', without: RegExp): Consumer {
  const consumer = Consumer.create(template);
  const folder = join(consumer.folder, 'src/page');
  mkdirSync(folder);
  for (const block of page.blocks('ts').filter((each) => !without.test(nameOf(each)))) {
    const text = type === 'module' ? block : block.replaceAll(/( from '\..*)\.js';/g, "$1';");
    writeFileSync(join(folder, nameOf(block)), text);
  }
  page.blocks('js').forEach((block) => writeFileSync(join(consumer.folder, nameOf(block)), block));
  return consumer;
}

function nameOf(block: string): string {
  return /^\/\/ (\S+)/.exec(block)![1]!;
}

/** Links packages that this repository has anyway. */
function addSwc(consumer: Consumer): void {
  const folder = join(consumer.folder, 'node_modules/@swc');
  mkdirSync(folder, { recursive: true });
  for (const name of ['core', 'jest'].filter((each) => !existsSync(join(folder, each)))) {
    symlinkSync(join(root, 'node_modules/@swc', name), join(folder, name));
  }
}

describe('the page about tests, with vitest on Nest 12, as `nest new` makes it', () => {
  let consumer: Consumer;
  beforeAll(() => {
    consumer = readersProject('nest-12', 'module', JEST);
  });
  afterAll(() => consumer?.remove());

  it('shows the vitest.config.ts of the project', () => {
    const made = readFileSync(join(consumer.folder, 'vitest.config.ts'), 'utf8');
    const shown = page.block('// vitest.config.ts').replace(/^.*\n/, '');
    expect(made.replaceAll(/^ *\/\/.*\n/gm, '')).toBe(shown);
  });

  it('compiles', async () => {
    await expect(consumer.run('tsc --noEmit')).resolves.toEqual({ code: 0, output: '' });
  });

  it('passes its tests', async () => {
    const { code, output } = await consumer.run(`vitest run src/page ${PATIENTLY}`);
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining(`${TESTS} passed (${TESTS})`),
    });
  });

  it('passes its test with node:test', async () => {
    const { code, output } = await consumer.run(
      'tsc --outDir out && node --test out/src/page/with-node.test.js',
    );
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('pass 1\n') });
  });
});

describe('the page about tests, with jest on Nest 11, as `nest new` makes it', () => {
  let consumer: Consumer;
  beforeAll(() => {
    consumer = readersProject('nest-11', 'commonjs', VITEST);
    addSwc(consumer);
  });
  afterAll(() => consumer?.remove());

  it('compiles', async () => {
    await expect(consumer.run('tsc --noEmit')).resolves.toEqual({ code: 0, output: '' });
  });

  it.each([
    ['ts-jest, and no other configuration', 'jest --config package.json page'],
    ['@swc/jest, in the configuration of the page', 'jest --config jest.config.mjs page'],
  ])('passes its tests with %s', async (_, command) => {
    const { code, output } = await consumer.run(`${command} ${PATIENTLY}`);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(BY_JEST) });
  });
});

describe('the page about tests, with jest on Nest 12', () => {
  let esm: Consumer;
  let commonjs: Consumer;
  beforeAll(() => {
    esm = readersProject('nest-12', 'module', VITEST);
    commonjs = readersProject('nest-12', 'commonjs', VITEST).edit('package.json', '"type": "module",', '');
    addSwc(commonjs);
  });
  afterAll(() => {
    esm?.remove();
    commonjs?.remove();
  });

  it('passes its tests as ES modules, in the configuration of the page', async () => {
    const { code, output } = await esm.run(
      `${JEST_WITH_ES_MODULES} --config jest.esm.config.mjs page ${PATIENTLY}`,
    );
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(BY_JEST) });
  });

  it('passes its tests as CommonJS without it on Node 24.9 or later only', async () => {
    const config = { testRegex: '\\.spec\\.ts$', transform: { '^.+\\.(t|j)s$': 'ts-jest' } }; // of `nest new`
    writeFileSync(join(commonjs.folder, 'jest.config.json'), JSON.stringify(config));
    const command = `${JEST_WITH_ES_MODULES} --config jest.config.json page/outbox ${PATIENTLY}`;
    await expect(commonjs.run(command, nodeOf(24))).resolves.toMatchObject({ code: 0 });
    await expect(commonjs.run(command, nodeOf(22))).resolves.toMatchObject({
      code: 1,
      output: expect.stringContaining('Must use import to load ES Module'),
    });
  });

  it('passes its tests as CommonJS, in the configuration of the page', async () => {
    const { code, output } = await commonjs.run(`jest --config jest.config.mjs page ${PATIENTLY}`);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(BY_JEST) });
  });
});
