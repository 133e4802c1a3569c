import { expect } from '@jest/globals';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

/** What the module logs when a run takes a second to end. */
const ONLY_WHEN_BUSY = /^Stopping /;

describeConsumer('an application of Nest 11 that logs through nestjs-pino', {
  make: () =>
    loopApp('nest-11')
      .add('pino')
      .edit('src/app.module.ts', 'imports: [', 'imports: [LoggerModule.forRoot(), ')
      .edit('src/app.module.ts', '\n@Module', "import { LoggerModule } from 'nestjs-pino';\n\n@Module"),
  exit: 0,
  afterwards: (output) => {
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    const logged = lines.map((line) => JSON.parse(line) as { level: number; context: string; msg: string });
    expect(
      logged
        .filter(({ context, msg }) => context === 'WaitModule' && !ONLY_WHEN_BUSY.test(msg))
        .map(({ level, msg }) => [level, msg.replace(/ in [\d.]+m?s\.$/, ' in N ms.')]),
    ).toEqual([
      [30, 'Outbox.flush: Until, 20ms between runs'],
      [30, 'Stopped 1 loop in N ms.'],
    ]);
  },
});
