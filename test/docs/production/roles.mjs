// Boots an application with the module on the page, and says what has run.
import { NestFactory } from '@nestjs/core';
import { BackoffUntilService, LoopRegistry } from 'nestjs-wait';
import { Outbox } from './outbox.js';
import { waitModule } from './roles.js';

class AppModule {}

const app = await NestFactory.createApplicationContext({
  module: AppModule,
  imports: [waitModule],
  providers: [Outbox],
});
let atRunTime = 0;
const handle = app.get(BackoffUntilService).until(() => void atRunTime++, { name: 'probe', period: '1h' });
await new Promise((resolve) => {
  setTimeout(resolve, 100);
});
const { runs } = app.get(LoopRegistry).get('Outbox.flush').info();
console.log(`Outbox.flush: ${runs} runs; at run time: ${atRunTime} runs, ${handle.info().state}`);
process.exit(0);
