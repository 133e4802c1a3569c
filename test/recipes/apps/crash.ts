// oxlint-disable-next-line import/no-unassigned-import -- it starts Sentry
import '../instrument.js';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Until, WaitModule } from 'nestjs-wait';
import { report } from './report.js';

@Injectable()
class Job {
  @Until('1h')
  tick(): void {
    throw new Error('boom');
  }
}

@Module({ imports: [WaitModule.forRoot({ reallyCrash: true })], providers: [Job] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
setTimeout(() => {
  report('still there');
  void app.close();
}, 3000);
