import { Consumer, type Template } from './consumer.js';

/** What `nest new` makes, with a loop whose runs write to a database. Its tests run in what Nest chose. */
export function loopApp(
  template: Template = 'nest-12',
  runner = template === 'nest-12' ? 'vitest' : 'jest',
): Consumer {
  return Consumer.create(template)
    .add('nest-new')
    .add(runner)
    .edit('src/main.ts', '  await app.listen', '  app.enableShutdownHooks();\n  await app.listen')
    .edit('src/app.module.ts', 'imports: []', 'imports: [WaitModule.forRoot(), OutboxModule]')
    .edit(
      'src/app.module.ts',
      '\n@Module',
      `import { WaitModule } from 'nestjs-wait';\nimport { OutboxModule } from './outbox.module.js';\n\n@Module`,
    );
}
