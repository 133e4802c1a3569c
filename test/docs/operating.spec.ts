import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logRows, patternOf } from './log-table.js';
import { differences, missingFrom, Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';
import { sectionsOf, type Section } from './sections.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const steering = new Page('docs/steering.md');
const failures = new Page('docs/failures.md');

describe.each(Object.entries(SETUPS))('the TypeScript of the pages for operators, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakes: string;
  let sections: ReadonlyMap<string, Section>;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [steering, failures], ['operating']);
    mistakes = await project.compile();
    const PORT = String(project.port);
    const COMMANDS = [steering, failures]
      .flatMap((page) => page.blocks('sh'))
      .join('\n')
      .replaceAll('3000', PORT);
    sections = new Map([
      ...(await sectionsOf(project, 'steering.mjs', { COMMANDS, PORT, STEER_TOKEN: 'secret' })),
      ...(await sectionsOf(project, 'failures.mjs')),
    ]);
  });
  afterAll(() => project?.remove());

  it('compiles in every block', () => {
    expect(mistakes).toBe('');
    expect(new Set(project.files).size).toBe(project.files.length);
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual([
      'look.ts',
      'probes.ts',
      'steer.controller.ts',
      'migrate.ts',
      'incident.ts',
      'report-now.ts',
      'slow-down.ts',
      'app.module.ts',
      'poll-during.ts',
      'one-worker.ts',
      'everywhere.ts',
      'audit.ts',
      'importer.ts',
      'worker.ts',
      'pause.spec.ts',
      'defaults.ts',
      'failing.ts',
      'count-failures.ts',
      'backoff.ts',
      'hourly.ts',
      'mails.ts',
      'limited.ts',
      'watch.ts',
      'exit.ts',
    ]);
  });

  describe('on the page about steering', () => {
    it.each([
      ['look', '// look.ts', []],
      ['migrate', '// migrate.ts', ['running, then paused']],
      [
        'incident',
        '// incident.ts',
        ['paused, paused, waiting, paused, paused', 'waiting, waiting, waiting, waiting, paused'],
      ],
      ['trigger', '// report-now.ts', []],
      ['update', '// slow-down.ts', ['runs: 3, and after another 57 s 4']],
      ['workers', '// one-worker.ts', []],
      ['events', '// audit.ts', []],
    ])('does and logs what it shows: %s', (name, block, wantFindings) => {
      const { log, findings } = sections.get(name)!;
      expect(differences(log, steering.outputOf(block))).toEqual([]);
      expect(findings).toEqual(wantFindings);
    });

    it.each([
      ['leader-only', 'LOG [WaitModule] Invoices.send: paused on this replica', []],
      ['in a run, with an await', 'ERROR [WaitModule] Importer.load: stop()', []],
    ])('logs what it shows: %s', (name, block, wantFindings) => {
      const { log, findings } = sections.get(name)!;
      expect(differences(log, steering.block(block))).toEqual([]);
      expect(findings).toEqual(wantFindings);
    });

    it.each([
      ['at run time', ['asked /a', 'asked /a', 'is up: true', 'left: 0']],
      ['migrate during a long run', ['A run of Outbox.flush has not ended in time.']],
      ['update to a period that is over', ['runs: 5']],
      ['permanent', ['Outbox.flush: 1m between runs']],
      ['stop', ['polls: 3, left: undefined']],
      ['off everywhere', ['enabled: false']],
      ['in a run', ['stopped, runs: 2']],
    ])('does what it says: %s', (name, wantFindings) => {
      expect(sections.get(name)!.findings).toEqual(wantFindings);
    });

    it('warns about a pause that gives up, as it shows', () => {
      const { log } = sections.get('migrate during a long run')!;
      expect(missingFrom(log, steering.block('WARN [WaitModule] Outbox.flush: pause()'))).toEqual([]);
    });

    it('steers over HTTP, but only with the token, and refuses mistakes as it says', () => {
      const { log, findings } = sections.get('over HTTP')!;
      expect(missingFrom(log, steering.outputOf('loops\n'))).toEqual([]);
      expect(log).toContain("LOG [WaitModule] Outbox.flush: updated { hungAfter: '1s' }");
      expect(findings).toEqual([
        'loops without a token: 403',
        'trigger {"loop":"Report.write"} without a token: 403',
        'trigger {"loop":"Report.write"} as undefined: 403',
        'trigger {"loop":"Report.wrote"}: 404',
        'trigger {}: 400',
        'pause {"loop":"Report.write","reason":5}: 400',
        'pause-all {"reason":5}: 400',
        'update {"loop":"Report.write"}: 400',
        'update {"loop":"Report.write","options":{"workers":2}}: 400',
        'pause-all {"reason":"one"}: 201',
        'resume-all {"reason":"another"}: 201',
        'Report.write is paused',
        'resume-all {}: 201',
        'Report.write is waiting',
        'trigger {"loop":"Report.write"}: 201',
        'after a stop',
        'trigger {"loop":"Report.write"}: 409',
        'update {"loop":"Report.write","options":{"period":"1m"}}: 409',
      ]);
    });

    it('holds a process without a server open while its loop is paused', async () => {
      const { code, output } = await project.run(['worker.js'], { word: 'not before the migration' });
      expect(missingFrom(output, steering.outputOf('// worker.ts'))).toEqual([]);
      expect(output).not.toContain('flushed');
      expect(code).toBe('SIGINT');
      project.copy('worker.js', 'unheld.js', (text) => text.replace('[Outbox, StayOpen]', '[Outbox]'));
      const unheld = await project.run(['unheld.js']);
      expect(unheld).toMatchObject({ code: 0, output: expect.not.stringContaining('Stopped') });
    });

    it('has a test that jest runs, with its globals', async () => {
      const { code, output } = await project.runJest();
      expect(output).toContain('Tests:       1 passed, 1 total');
      expect(code).toBe(0);
    });
  });

  describe('on the page about failures', () => {
    it.each([
      ['hung', '// defaults.ts', 'waiting, failures: 0, timeouts: 0, the last has succeeded'],
      ['failing', '// failing.ts', 'waiting, failures: 24, timeouts: 0, the last has succeeded'],
      ['backoff', '// backoff.ts', 'waiting, failures: 5, timeouts: 0, the last has succeeded'],
      ['hourly', '// hourly.ts', 'waiting, failures: 2, timeouts: 0, the last has succeeded'],
      ['pause', '// mails.ts', 'paused, failures: 3, timeouts: 0, the last has failed'],
      ['timed out', '// limited.ts', 'waiting, failures: 1, timeouts: 1, the last has succeeded'],
    ])('logs what it shows: %s', (name, block, wantFinding) => {
      const { log, findings } = sections.get(name)!;
      expect(differences(log, failures.outputOf(block))).toEqual([]);
      expect(findings).toEqual([wantFinding]);
    });

    it('tells crash handlers of each failure, and goes on when one rejects', () => {
      expect(sections.get('crash handlers')!.findings).toEqual([
        'waiting, failures: 2, timeouts: 0, the last has succeeded',
        '[["Outbox.flush",2]]',
      ]);
      const { log, findings } = sections.get('a crash handler that rejects')!;
      expect(log).toContain('crash handler of Outbox.flush failed: Sentry is away (function report)');
      expect(log).not.toContain('ECONNREFUSED');
      expect(findings).toEqual(['waiting, failures: 1, timeouts: 0, the last has succeeded']);
    });

    it('reports a run before its own timeout, where the default of hungAfter is shorter', () => {
      const { log, findings } = sections.get('hung before its timeout')!;
      expect(log).toContain('is hung: it has been running for 10m (hungAfter: 10m)');
      expect(findings).toEqual(['running, failures: 0, timeouts: 0, the last has succeeded']);
    });

    it('reports a run that ignores its signal, and waits for it', () => {
      const { log, findings } = sections.get('ignoring its signal')!;
      expect(
        differences(
          log,
          failures.block('ERROR [WaitModule] Outbox.flush: run 4 is hung: it has been running for 1m ('),
        ),
      ).toEqual([]);
      expect(findings).toEqual(['waiting, failures: 0, timeouts: 1, the last has succeeded']);
    });

    it('leaves a watch alone that has no deadline, although the defaults have one', () => {
      expect(sections.get('watch')).toEqual({
        log: '',
        findings: ['running, failures: 0, timeouts: 0, the last has succeeded'],
      });
    });

    it('ends the process when a run is hung, if it is told to, and without a shutdown', async () => {
      const { code, output } = await project.run(['exit.js']);
      expect(missingFrom(output, failures.outputOf('// exit.ts'))).toEqual([]);
      expect(output).not.toContain('Stopp');
      expect(code).toBe(1);
    });
  });

  it('logs no line that is not in the table of every line, with its level', () => {
    const rows = logRows(failures).map((row) => ({ level: row.level, pattern: patternOf(row) }));
    const logged = Array.from(sections.values(), ({ log }) => log)
      .join('')
      .matchAll(/ (LOG|DEBUG|WARN|ERROR) \[[^\]]+\] (.*)$/gm);
    const lines = Array.from(logged, ([, level, text]) => ({ level: level!, text: text! }));
    const isInTable = (line: { level: string; text: string }): boolean =>
      rows.some(({ level, pattern }) => level === line.level && pattern.test(line.text));
    expect(lines.length).toBeGreaterThan(30);
    expect(lines.filter((line) => !isInTable(line))).toEqual([]);
  });
});
