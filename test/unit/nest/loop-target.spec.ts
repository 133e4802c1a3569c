import { describe, expect, it } from '@jest/globals';
import { Until } from 'nestjs-wait';
import ts from 'typescript';

/** Compiles a source with the decorators that Nest needs, or with those of the standard, and runs it. */
function run(source: string, experimentalDecorators: boolean): unknown {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, experimentalDecorators };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  // As many libraries have it: the method becomes a getter, of a function that is bound to the instance.
  const Bound = (_target: object, key: string, { value }: PropertyDescriptor): PropertyDescriptor => ({
    configurable: true,
    get(this: object) {
      const bound: unknown = (value as () => void).bind(this);
      Object.defineProperty(this, key, { value: bound });
      return bound;
    },
  });
  const Five = (): PropertyDescriptor => ({ configurable: true, value: 5 });
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- the source is this file's
    new Function('Until', 'Bound', 'Five', outputText)(Until, Bound, Five);
  } catch (error) {
    return error;
  }
  return undefined;
}

const refusal = (message: string): object => ({ code: 'WAIT_ERR_INVALID_TARGET', message });

const notOn = '@Until goes on an instance method, not on';

describe('a loop decorator', () => {
  it.each([
    {
      place: 'a class',
      source: `@Until('5s') class Job {}`,
      wantText: `Job: ${notOn} a class. Put it above the method that is to run.`,
    },
    {
      place: 'a parameter',
      source: `class Job { tick(@Until('5s') signal: AbortSignal) {} }`,
      wantText: `Job.tick: ${notOn} a parameter. Put it above the method.`,
    },
    {
      place: 'a parameter of the constructor',
      source: `class Job { constructor(@Until('5s') config: object) {} }`,
      wantText: `Job: ${notOn} a parameter. Put it above the method.`,
    },
    {
      place: 'a static method',
      source: `class Job { @Until('5s') static tick() {} }`,
      wantText: `Job.tick: ${notOn} a static one. Remove \`static\`: the loop runs on the instance that Nest makes.`,
    },
    {
      place: 'a getter',
      source: `class Job { @Until('5s') get tick() { return 1; } }`,
      wantText: `Job.tick: ${notOn} a getter or a setter. Make it a method.`,
    },
    {
      place: 'an accessor',
      source: `class Job { @Until('5s') accessor tick = 1; }`,
      wantText: `Job.tick: ${notOn} a getter or a setter. Make it a method.`,
    },
    {
      place: 'a property',
      source: `class Job { @Until('5s') tick = () => {}; }`,
      wantText: `Job.tick: ${notOn} a property or an abstract method. Make it a method with a body.`,
    },
    {
      place: 'what another decorator makes a getter of',
      source: `class Job { @Until('5s') @Bound tick() {} }`,
      wantText:
        'Job.tick: a decorator below @Until turns the method into a getter. Put @Until below that decorator.',
    },
    {
      place: 'what another decorator makes a number of',
      source: `class Job { @Until('5s') @Five tick() {} }`,
      wantText:
        'Job.tick: a decorator below @Until turns the method into something else. Put @Until below that decorator.',
    },
    {
      place: 'a method whose name is a symbol, if that is static',
      source: `class Job { @Until('5s') static [Symbol.iterator]() {} }`,
      wantText: `Job.Symbol(Symbol.iterator): ${notOn} a static one. Remove \`static\`: the loop runs on the instance that Nest makes.`,
    },
  ])('is refused on $place', ({ source, wantText }) => {
    expect(run(source, true)).toMatchObject(refusal(wantText));
  });

  it.each([
    { place: 'a method', source: `class Job { @Until('5s') tick() {} }`, wantName: 'tick' },
    { place: 'a static method', source: `class Job { @Until('5s') static tick() {} }`, wantName: 'tick' },
    { place: 'a field', source: `class Job { @Until('5s') tick = () => {}; }`, wantName: 'tick' },
    { place: 'an accessor', source: `class Job { @Until('5s') accessor tick = 1; }`, wantName: 'tick' },
    {
      place: 'a symbol',
      source: `const s = Symbol('s'); class Job { @Until(1) [s]() {} }`,
      wantName: 'Symbol(s)',
    },
    { place: 'a class', source: `@Until('5s') class Job {}`, wantName: 'Job' },
  ])('on $place names the setting of TypeScript without which it cannot work', ({ source, wantName }) => {
    expect(run(source, false)).toMatchObject(
      refusal(
        `${wantName}: @Until is called as a standard decorator: set "experimentalDecorators": true in tsconfig.json (Nest needs it).`,
      ),
    );
  });

  it('is refused on a private method', () => {
    expect(run(`class Job { @Until('5s') #tick() {} }`, false)).toMatchObject(
      refusal(`#tick: ${notOn} a private one. Give it a name without #, since a loop calls it by its name.`),
    );
  });

  it.each([
    { source: 'class Job { @Until tick() {} }', experimentalDecorators: true, wantName: 'Job.tick' },
    { source: 'class Job { @Until static tick() {} }', experimentalDecorators: true, wantName: 'Job.tick' },
    { source: '@Until class Job {}', experimentalDecorators: true, wantName: 'Job' },
    { source: 'class Job { @Until tick() {} }', experimentalDecorators: false, wantName: 'tick' },
    { source: '@Until class Job {}', experimentalDecorators: false, wantName: 'Job' },
  ])('is refused without its options: $source', ({ source, experimentalDecorators, wantName }) => {
    expect(run(source, experimentalDecorators)).toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: `${wantName}: @Until is given a class or a method instead of its options. Write @Until(…), with options, above a method.`,
    });
  });

  it.each([`constructor: null`, `constructor: 'Job'`, `constructor: class {}`])(
    'takes options with an entry { %s } for options, and refuses the entry',
    (entry) => {
      expect(run(`class Job { @Until({ period: '5s', ${entry} }) tick() {} }`, true)).toMatchObject({
        code: 'WAIT_ERR_INVALID_OPTION',
        message: expect.stringMatching(/^Job\.tick: Until has no option 'constructor'; it takes period, /),
      });
    },
  );

  it.each([`@Bound @Until('5s')`, `@Until('5s') @Until('1m')`])('is taken as %s', (decorators) => {
    expect(run(`class Job { ${decorators} tick() {} }`, true)).toBeUndefined();
  });
});
