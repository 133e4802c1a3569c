import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { RunningApp } from '../support/running-app.js';
import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('an application with @nestjs/config', {
  make: () => loopApp().add('config'),
  // POLL is unset, which changes nothing.
  afterwards: (output) => expect(output).toContain('Outbox.flush: Until, 20ms between runs\n'),
  more: (consumer) => {
    const main = (): string => join(consumer().folder, 'dist/main.js');

    it('takes the period of a loop from a variable', async () => {
      const app = await RunningApp.start(main(), { until: /run 3 begins/, env: { PORT: '0', POLL: '5ms' } });
      await app.stop();
      expect(app.output).toContain('Outbox.flush: Until, 5ms between runs\n');
    });

    it('does not start when the period of a decorator is a variable that is unset', async () => {
      const app = await RunningApp.start(main(), { until: /WAIT_ERR/, env: { PORT: '0', WITH_REPORT: '1' } });
      expect(await app.ended()).toBe(1);
      expect(app.output).toContain(
        "WaitError: Report.write: period must be a finite number of milliseconds or a string such as '30s', not undefined.",
      );
    });
  },
});
