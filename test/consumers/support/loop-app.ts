import { Consumer } from './consumer.js';

/** What `nest new` makes, with a loop whose runs write to a database. */
export function loopApp(nest: 11 | 12): Consumer {
  return Consumer.create(nest)
    .add('nest-new')
    .edit('src/main.ts', '  await app.listen', '  app.enableShutdownHooks();\n  await app.listen')
    .edit('src/app.module.ts', 'imports: []', 'imports: [WaitModule.forRoot(), OutboxModule]')
    .edit(
      'src/app.module.ts',
      '\n@Module',
      `import { WaitModule } from 'nestjs-wait';\nimport { OutboxModule } from './outbox.module.js';\n\n@Module`,
    );
}
