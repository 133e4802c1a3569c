import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const script = join(__dirname, '../../sample-app/three-copies.sh');
const PATH = process.env['PATH']!;

// test/docs/shell.spec.ts starts the copies. Here, none runs.
describe('the script that starts three copies', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-three-copies-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (path: string, what = 'stop'): { status: number | null; output: string } => {
    const env = { PATH: path, TMPDIR: folder };
    const { status, stdout, stderr } = spawnSync('/bin/bash', [script, what], { env, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };
  const stopped = { status: 0, output: expect.stringMatching(/^The copies and their database have ended\./) };

  it('stops what has stopped already', () => {
    expect(run(PATH)).toEqual(stopped);
    expect(run(PATH)).toEqual(stopped);
  });

  it('stops although a copy ends just before it is told to', () => {
    mkdirSync(join(folder, 'nestjs-wait-three-copies'));
    writeFileSync(join(folder, 'nestjs-wait-three-copies/3001.pid'), String(spawnSync('true').pid));
    const ps = '#!/bin/sh\ncase "$*" in *args=*) echo node sample-app/dist/sample-app/src/main.js ;; esac\n';
    writeFileSync(join(folder, 'ps'), ps); // finds a copy at first, and then none
    chmodSync(join(folder, 'ps'), 0o755);
    expect(run(`${folder}:${PATH}`)).toEqual(stopped);
  });

  it.each([
    ['curl', 'ps'],
    ['ps', 'curl'],
  ])('says in a sentence, and nothing else, that there is no %s', (missing, other) => {
    const found = spawnSync('which', [other, 'dirname'], { encoding: 'utf8' }).stdout.trim().split('\n');
    found.forEach((tool) => symlinkSync(tool, join(folder, tool.split('/').at(-1)!)));
    expect(run(folder, 'start')).toEqual({
      status: 1,
      output: `This script needs ${missing}. On Debian: apt-get install curl procps\n`,
    });
  });
});
