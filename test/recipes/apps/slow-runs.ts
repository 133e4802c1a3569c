import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LoopRegistry, Until } from 'nestjs-wait';
import { waitModule } from '../slow-runs.js';
import { report } from './report.js';

@Injectable()
class Report {
  @Until({ period: '1h', initialDelay: '1h' })
  write(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 700));
  }
}

@Injectable()
class Mails {
  @Until({ period: '1h', initialDelay: '1h' })
  send(): void {
    throw new Error('boom');
  }
}

@Module({ imports: [waitModule], providers: [Report, Mails] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
for (const name of ['Report.write', 'Mails.send']) {
  report((await app.get(LoopRegistry).get(name)?.trigger())?.outcome);
}
await app.close();
