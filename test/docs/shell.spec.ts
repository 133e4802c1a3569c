import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Clone } from './clone.js';
import { differences, missingFrom, readme, sampleGuide } from './page.js';

jest.setTimeout(240_000); // starts applications and a database, which takes long on a busy machine

const LOOK = 'curl -s localhost:3000/loops/data';
const DELETE_A_MANIFEST = 'sed ';
const END_A_LOOP = 'curl -s -X DELETE';
const BREAK = 'curl -s -X POST localhost:3000/trouble/fail';
const MEND = 'curl -s -X POST localhost:3000/trouble/none';
const THREE_COPIES = ['start', 'kill-leader', 'stop'].map(
  (what) => `bash sample-app/three-copies.sh ${what}`,
);

describe('the shell commands of the README and of the guide to the sample', () => {
  let clone: Clone;

  beforeAll(async () => {
    clone = await Clone.create();
  });
  afterAll(() => clone?.remove());

  it('run below, except those that install packages or run all tests', () => {
    const blocks = [readme, sampleGuide].flatMap((page) => page.blocks('sh'));
    const begins = (words: string): unknown => expect.stringMatching(new RegExp(`^${words}`));
    expect(blocks).toEqual(
      [
        'npm install nestjs-wait',
        'npm ci && npm start',
        'npm ci && npm start',
        LOOK,
        DELETE_A_MANIFEST,
        END_A_LOOP,
        BREAK,
        MEND,
        ...THREE_COPIES,
      ].map(begins),
    );
  });

  it('build and start the sample application, look at it, change a manifest, make trouble, and stop it', async () => {
    const sample = clone.start('npm start');
    await sample.prints('Building the sample application.');
    expect(sample.output).not.toContain('LOG');
    await sample.prints('Resources: 3');
    await sample.prints('Routes: ');
    await sample.prints('The load balancer has');
    expect(differences(inAnyOrder(sample.output), inAnyOrder(sampleGuide.outputOf('npm ci')))).toEqual([]);

    for (const commands of [LOOK, DELETE_A_MANIFEST, END_A_LOOP, BREAK, MEND]) {
      const output = await clone.run(sampleGuide.block(commands));
      expect(differences(output, sampleGuide.outputOf(commands))).toEqual([]);
    }

    await sample.interrupt();
    const end = sampleGuide.block("LOG [WaitModule] leader election 'census': stopping").split('\n');
    expect(missingFrom(inAnyOrder(sample.output), inAnyOrder(end.slice(0, 3).join('\n')))).toEqual([]);
    expect(missingFrom(sample.output, end.slice(2).join('\n'))).toEqual([]);
    expect(sample.output).not.toMatch(/\bsed\w+ has changed/); // a file that a command leaves for a moment
  });

  it('stop the sample application during a hang, after the time that it gives its runs', async () => {
    const sample = clone.start('TROUBLE=hang npm start');
    await sample.prints('LoadBalancerSync.sync: run 1 is hung');
    await sample.interrupt();
    expect(missingFrom(sample.output, sampleGuide.block('LOG [WaitModule] Stopping 10 loops'))).toEqual([]);
  });

  it('show how one of three copies leads, and how another one leads after that is killed', async () => {
    const answers: string[] = [];
    for (const command of THREE_COPIES) {
      const output = await clone.run(sampleGuide.block(command));
      expect(rolesIn(output)).toEqual(rolesIn(sampleGuide.outputOf(command)));
      answers.push(output);
    }
    const [before = '', after = ''] = answers;
    expect(tokenOf(after)).toBeGreaterThan(tokenOf(before));
  });
});

/**
 * The lines of a log as the guide shows them, sorted: what the loops do first comes in any order. npm's own
 * lines are left out.
 */
function inAnyOrder(log: string): string {
  const lines = log.split('\n').filter((line) => !line.startsWith('>'));
  return lines
    .map((line) => line.replace(/^\[Nest\].*?(?=LOG )/, ''))
    .toSorted()
    .join('\n');
}

/** What the script has printed, but the copies in any order, without what differs from run to run. */
function rolesIn(text: string): string[] {
  const leaders = [...new Set(text.match(/"leader":"[^"]*"/g))];
  return text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replace(/300\d/, 'port')
        .replace(/"leader":"[^"]*"/, (leader) => `leader ${leaders.indexOf(leader)}`)
        .replace(/"token":"[^"]*"/, 'token')
        .replace(/"pid":[\d…]+/, 'pid'),
    )
    .toSorted();
}

function tokenOf(text: string): number {
  return Number(/"token":"(\d+)"/.exec(text)?.[1]);
}
