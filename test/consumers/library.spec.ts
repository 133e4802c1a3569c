import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Consumer } from './support/consumer.js';
import { loopApp } from './support/loop-app.js';
import { IN_ORDER, stopDuringRun } from './support/stop-during-run.js';
import { RunningApp } from '../support/running-app.js';

describe('a library with loops that brings its own copy of the package', () => {
  let library: Consumer;
  let app: Consumer;
  beforeAll(async () => {
    library = loopApp();
    app = loopApp().edit('src/app.module.ts', './outbox.module.js', 'outbox-library');
    expect(await library.run('npm run build')).toMatchObject({ code: 0 });
    install(library, join(app.folder, 'node_modules/outbox-library'));
    expect(await app.run('npm run build')).toMatchObject({ code: 0 });
  });
  afterAll(() => {
    library?.remove();
    app?.remove();
  });

  const main = (): string => join(app.folder, 'dist/main.js');

  it('works when it has decorators only: the copy of the application runs its loops', async () => {
    await expect(stopDuringRun(main())).resolves.toMatchObject({ exit: 'SIGTERM', said: IN_ORDER });
  });

  it('is refused when it has a forRoot() too, and the error names both copies and the remedy', async () => {
    app
      .edit(
        'node_modules/outbox-library/outbox.module.js',
        'Module({',
        'Module({ imports: [WaitModule.forRoot()],',
      )
      .edit(
        'node_modules/outbox-library/outbox.module.js',
        'import { Outbox }',
        "import { WaitModule } from 'nestjs-wait';\nimport { Outbox }",
      );
    const refused = await RunningApp.start(main(), { until: /WAIT_ERR/, env: { PORT: '0' } });
    expect(await refused.ended()).toBe(1);
    const [, text = ''] = /WaitError: (.*)/.exec(refused.output) ?? [];
    expect(text).toMatch(/^WaitModule\.forRoot\(\) is imported from 2 copies of nestjs-wait, /);
    for (const copy of ['nestjs-wait', 'outbox-library/node_modules/nestjs-wait']) {
      expect(text).toContain(`file://${app.folder}/node_modules/${copy}/`);
    }
    expect(text).toContain('Keep one copy: npm dedupe, or a peerDependency in a library.');
    expect(refused.output).not.toContain('run 1 begins');
  });
});

/** As npm does where the application and the library want two versions of the package. */
function install(library: Consumer, target: string): void {
  mkdirSync(target);
  cpSync(join(library.folder, 'dist'), target, { recursive: true });
  cpSync(join(library.folder, 'node_modules/nestjs-wait'), join(target, 'node_modules/nestjs-wait'), {
    recursive: true,
  });
  writeFileSync(
    join(target, 'package.json'),
    JSON.stringify({ name: 'outbox-library', type: 'module', exports: './outbox.module.js' }),
  );
}
