// Makes each mistake below in a copy of the sources, and fails unless a test turns red for it. `npm run mutate`, or `npm run mutate -- crash` for those whose name contains a word.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const LOOP = 'src/core/loop/loop.ts';
const TIMER = 'src/core/time/node-timer.ts';
const READINGS = 'src/core/time/readings.ts';
const SHARED = 'src/core/time/shared-timeouts.ts';
const MANAGER = 'src/core/waits/backoff-manager.ts';
const ELECTOR = 'src/leader-election/leader-elector.ts';
const LEASE = 'src/leader-election/lease.ts';

const MUTATIONS = [
  {
    name: '>= for > in the reset rule',
    file: MANAGER,
    edits: [['> this.resetNanoseconds', '>= this.resetNanoseconds']],
    tests: 'conformance/managers',
  },
  {
    name: 'rounding instead of truncation',
    file: 'src/core/waits/jitter.ts',
    edits: [['Math.trunc(', 'Math.round(']],
    tests: 'conformance/jitter',
  },
  {
    name: 'grid catch-up after an overrun',
    file: LOOP,
    edits: [
      [
        'this.timer.reset(delay);',
        `const now = this.options.clock.now();
    this.grid = Math.max(this.grid ?? 0, this.sliding ? now : 0) + delay;
    this.timer.reset(this.grid - now);`,
      ],
    ],
    tests: 'conformance/loops',
  },
  {
    name: 'jitter clipped at the cap',
    file: 'src/core/waits/backoff.ts',
    edits: [
      [
        'jitter(duration, this.jitter, this.random) : duration',
        'Math.min(jitter(duration, this.jitter, this.random), this.cap || Infinity) : duration',
      ],
    ],
    tests: 'conformance/managers',
  },
  {
    name: 'drawing the jitter after f in non-sliding mode',
    file: LOOP,
    edits: [
      [
        'if (!this.sliding) {\n      this.wait(this.nextDelay(), now);',
        'if (!this.sliding) {\n      this.began = this.options.clock.now();',
      ],
      [
        'if (this.sliding) {\n      this.wait(this.nextDelay(), now);',
        '{\n      this.wait(this.nextDelay(), now);',
      ],
      [
        'this.timer.reset(delay);',
        'this.timer.reset(this.sliding ? delay : delay - (this.options.clock.now() - this.began));',
      ],
    ],
    tests: 'conformance/loops',
  },
  {
    name: 'no re-check of stop when the timer came due too',
    file: LOOP,
    edits: [
      [
        'if (this.stopping || !this.mayRun()) {\n          this.end',
        'if (this.stopping && !this.overdue) {\n          this.end',
      ],
    ],
    tests: 'conformance/loops',
  },
  {
    name: 'no check of stop at the head of the loop',
    file: LOOP,
    edits: [
      [
        'if (this.stopping || !this.mayRun()) {\n          this.end',
        'if (this.stopping && this.runs > 0) {\n          this.end',
      ],
    ],
    tests: 'conformance/loops',
  },
  {
    name: 'not arming after a stop during a sliding run',
    file: LOOP,
    edits: [
      [
        'if (this.sliding) {\n      this.wait(this.nextDelay(), now);',
        'if (this.sliding && !this.stopping) {\n      this.wait(this.nextDelay(), now);',
      ],
    ],
    tests: 'conformance/loops',
  },
  {
    name: 'a crash that skips the handlers',
    file: 'src/core/loop/crash.ts',
    edits: [['of crashHandlers)', 'of [])']],
    tests: 'conformance/handle-crash',
  },
  {
    name: 'steps not restored by a reset',
    file: MANAGER,
    edits: [['      this.growth.steps = UNLIMITED_STEPS;\n', '']],
    tests: 'conformance/managers',
  },
  {
    name: 'abort listener left behind',
    file: 'src/core/stop/stop-channel.ts',
    edits: [["this.signal.removeEventListener('abort', this.aborted);", '']],
    tests: 'unit/core/backoff-until',
  },
  {
    name: 'a timeout that is believed when it comes too early',
    file: TIMER,
    edits: [['this.due > readings.last && this.isEarly()', 'this.due === Infinity']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a wait that counts from the look at the clock before it',
    file: READINGS,
    edits: [['.due += passed;', '.due += 0;']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a look at the clock for every wait',
    file: READINGS,
    edits: [['this.unreadCount > this.mayShare', 'true']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'looks at the clock that are shared outside of bursts',
    file: READINGS,
    edits: [['      this.burst = 0;', '      this.burst += this.unreadCount;']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a loop that has ended and is kept with the waits that share a look',
    file: READINGS,
    edits: [['      this.unread[wait] = undefined; // or what has ended would be kept here\n', '']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a setTimeout that is believed when it comes too early, since something else looks on',
    file: TIMER,
    edits: [['(missing <= 1 || !areTimersReplaced())', '!areTimersReplaced()']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a long wait that ends with its first timeout, by fake timers',
    file: TIMER,
    edits: [['this.remaining > 0', 'this.remaining < 0']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a long wait that ends with its first timeout',
    file: SHARED,
    edits: [['this.remaining > 0', 'this.remaining < 0']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a shared timeout that is believed when it comes too early',
    file: SHARED,
    edits: [['this.end > this.reached && this.extra > 0', 'this.end === Infinity']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a shared timeout that runs what is not yet due',
    file: SHARED,
    edits: [
      ['first.due > this.reached) {\n      SharedTimeout', 'first.due === Infinity) {\n      SharedTimeout'],
    ],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a run that overtakes what was due before it, since the clock went on meanwhile',
    file: SHARED,
    edits: [
      ['first.due > this.reached) {\n', 'first.due > this.reached && first.due > readings.read()) {\n'],
    ],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a run that overtakes those of the millisecond before',
    file: SHARED,
    edits: [[' && turns === 0', '']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a shared timeout that waits for the clock for ever',
    file: SHARED,
    edits: [['      this.extra--;\n', '']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'a shared timeout that outlives its waits',
    file: SHARED,
    edits: [['      realClearTimeout(this.handle);\n', '']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'one timeout for those that hold the process open and those that do not',
    file: SHARED,
    edits: [['wait.unref ? loose : holding;\n    const millisecond', 'holding;\n    const millisecond']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'runs of one shared timeout in one turn of the event loop',
    file: SHARED,
    edits: [
      [
        'const immediate = realSetImmediate(runFirst);',
        'const immediate = { unref: () => undefined };\n      runFirst();',
      ],
    ],
    tests: 'process',
    project: 'nest-12',
  },
  {
    name: 'a run in the asynchronous context of another loop',
    file: TIMER,
    edits: [['this.runInAsyncScope(this.timerFired, this)', 'this.timerFired()']],
    tests: 'process',
    project: 'nest-12',
  },
  {
    name: 'a wait that ends at the multiple of its slack before it is due',
    file: TIMER,
    edits: [['Math.ceil(this.due / slack)', 'Math.round(this.due / slack)']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'slack for waits that are not much longer',
    file: TIMER,
    edits: [[' && delay >= slack * WAIT_PER_SLACK', '']],
    tests: 'unit/core/node-timer',
  },
  {
    name: 'slack for none of the loops that run for ever',
    file: 'src/nest/run/loop.runner.ts',
    edits: [
      ['this.environment.slack = this.environmentOfForever.slack = slack', 'this.environment.slack = slack'],
    ],
    tests: 'e2e/options',
    project: 'nest-12',
  },
  {
    name: 'a leader that leads on though the record names another',
    file: ELECTOR,
    edits: [['} else if (!this.lease.isMine && !openWindows) {', '} else if (false) {']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  {
    name: 'a lease that is released before the work has ended',
    file: ELECTOR,
    edits: [['hasEnded = openWindows || (await this.outlast(work));', 'hasEnded = true;']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  {
    name: 'a release that does not look whose lease it is',
    file: LEASE,
    edits: [['if (this.isMine || (openWindows &&', 'if (this.isMine || (true &&']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  {
    name: 'a renewal deadline that counts from the reply',
    file: LEASE,
    edits: [['(openWindows ? clock.now() : sent)', 'clock.now()']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  {
    name: 'a leader-only run that does not look at the fence',
    file: 'src/nest/leader/leadership.ts',
    edits: [['return this.leadership.isLeader;', 'return true;']],
    tests: 'e2e/leader-election',
    project: 'nest-12',
  },
  {
    name: 'a term that begins in the asynchronous context of the elector',
    file: 'src/nest/leader/leadership.ts',
    edits: [['loop.runInAsyncScope(loop.startTerm, loop)', 'loop.startTerm()']],
    tests: 'e2e/leader-election',
    project: 'nest-12',
  },
  {
    name: 'a first run in the asynchronous context of a loop that was started before',
    file: 'src/nest/run/loop.runner.ts',
    edits: [['loop.runInAsyncScope(loop.start, loop)', 'loop.start()']],
    tests: 'e2e/service',
    project: 'nest-12',
  },
  {
    name: 'a context that is watched when its loops have ended',
    file: 'src/nest/run/loop.runner.ts',
    edits: [['if (left === 0) {', 'if (left < 0) {']],
    tests: 'e2e/service',
    project: 'nest-12',
  },
  {
    name: 'hooks in the order of Nest',
    file: 'src/nest/hook-order.ts',
    edits: [['moduleRef.distance = 0;', '']],
    tests: 'e2e/lifecycle',
    project: 'nest-12',
  },
];

const copy = mkdtempSync(join(tmpdir(), 'nestjs-wait-mutate-'));
for (const part of ['src', 'test', 'package.json', 'tsconfig.json']) {
  cpSync(join(root, part), join(copy, part), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

/** Whether some of these tests fail on the copy as it stands. */
function isRed(project, ...patterns) {
  // In one process, so that a mistake that never ends does not outlive it.
  const jest = [
    'node_modules/jest/bin/jest.js',
    '--config',
    'test/jest.config.js',
    '--bail',
    '--runInBand',
    '--testTimeout=5000',
  ];
  const selection = ['--selectProjects', project, '--testPathPatterns', ...patterns];
  const options = { cwd: copy, encoding: 'utf8', timeout: 180_000, killSignal: 'SIGKILL' };
  const { stderr, signal } = spawnSync(process.execPath, [...jest, ...selection], options);
  if (signal !== null) {
    return true;
  }
  if (!stderr.includes('Tests:')) {
    throw new Error(`The tests did not run.\n${stderr}`);
  }
  return /^Tests: .*\bfailed/m.test(stderr);
}

function isNoticed({ name, file, edits, tests, project = 'core' }) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const mutated = edits.reduce((text, [found, replacement]) => {
    if (text.split(found).length !== 2) {
      throw new Error(
        `${name}: ${JSON.stringify(found)} does not stand exactly once in ${file}. Mend test/mutate.js.`,
      );
    }
    return text.replace(found, replacement);
  }, source);
  writeFileSync(path, mutated);
  const noticed = isRed(project, tests);
  writeFileSync(path, source);
  return noticed;
}

try {
  const wanted = MUTATIONS.filter(({ name }) => name.includes(process.argv[2] ?? ''));
  for (const project of new Set(wanted.map((mutation) => mutation.project ?? 'core'))) {
    const patterns = wanted.filter((mutation) => (mutation.project ?? 'core') === project);
    if (isRed(project, ...new Set(patterns.map(({ tests }) => tests)))) {
      throw new Error('The tests are red before anything is changed. Mend that first.');
    }
  }
  const unnoticed = wanted.filter((mutation) => {
    const noticed = isNoticed(mutation);
    console.log(`${noticed ? 'red  ' : 'GREEN'} ${mutation.name}`);
    return !noticed;
  });
  console.log(`mutations ${wanted.length - unnoticed.length}/${wanted.length}`);
  process.exitCode = unnoticed.length > 0 ? 1 : 0;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
