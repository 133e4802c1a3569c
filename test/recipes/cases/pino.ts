import { expect, it } from '@jest/globals';
import { missingFrom } from '../../docs/page.js';
import { page } from '../support/page.js';
import type { Run } from '../support/recipe-project.js';
import { turns } from '../support/turns.js';

interface Line {
  readonly msg: string;
  readonly who?: string;
  readonly loop?: string;
  readonly run?: number;
  readonly req?: { readonly id: number };
}

export function pinoCases(run: Run): void {
  const linesOf = (output: string): Line[] =>
    output
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);

  it('every line of a run has its loop and its number, and no line of a request has', async () => {
    const { output } = await run('pino');
    const lines = linesOf(output).filter(({ msg }) => msg === 'begins' || msg === 'ends');
    const found = lines.map(({ msg, who, loop, run: number, req }) => [msg, who, loop, number, req?.id]);
    const of = (msg: string): unknown[] =>
      turns((who, turn) =>
        who === 'request' ? [msg, who, undefined, undefined, turn] : [msg, who, who, turn, undefined],
      );
    expect(missingFrom(output, page.outputOf('// pino.ts'))).toEqual([]);
    expect(found).toHaveLength(24);
    expect(found).toEqual(expect.arrayContaining([...of('begins'), ...of('ends')]));
  });

  it('so has the line of the module about a failed run, once', async () => {
    const { output } = await run('pino');
    const failures = output.split('\n').filter((line) => line.includes('"msg":"run 2 failed: boom of'));
    expect(failures.map((line) => JSON.parse(line) as Line)).toEqual(
      ['Orders.send', 'Mails.send', 'import'].map((loop) => expect.objectContaining({ loop, run: 2 })),
    );
    for (const line of failures) {
      expect(line.match(/"(loop|run|req)":/g)).toEqual(['"loop":', '"run":']);
    }
  });

  it('without withFields, no line of a run has them', async () => {
    const { output } = await run('pino', ['pino.ts', ', withFields]', ']']);
    const lines = linesOf(output).filter(({ msg }) => msg === 'begins');
    expect(lines).toHaveLength(12);
    expect(lines.filter(({ loop }) => loop !== undefined)).toEqual([]);
  });

  it('without outOfTheRequest, every line of a loop that a request has started has that request', async () => {
    const { output } = await run('pino', ['pino.ts', '[outOfTheRequest, ', '[']);
    const lines = linesOf(output).filter(({ msg, who }) => msg === 'begins' && who === 'import');
    expect(lines.map(({ req }) => req?.id)).toEqual([1, 1, 1]);
  });
}
