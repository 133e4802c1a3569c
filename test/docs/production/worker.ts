// An application with a leader-only loop whose lock is a row of PostgreSQL, with its metrics and its page. The
// table of the lock is made by a migration, and not here.
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Until, WaitModule } from 'nestjs-wait';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { WaitPageModule } from 'nestjs-wait/page';
import { WaitPrometheusModule } from 'nestjs-wait/prometheus';
import { register } from 'prom-client';

@Injectable()
class Invoices {
  @Until({ period: '1s', leaderOnly: true })
  async send(): Promise<void> {}
}

@Controller('metrics')
class MetricsController {
  @Get()
  scrape(): Promise<string> {
    return register.metrics();
  }
}

const lock = new PostgresLock({ name: 'invoices', connection: process.env['DATABASE_URL'] });

@Module({
  imports: [
    WaitModule.forRoot({ leaderElection: { lock } }),
    WaitPrometheusModule.forRoot(),
    WaitPageModule.forRoot({ allowUnguarded: true }),
  ],
  controllers: [MetricsController],
  providers: [Invoices],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['log', 'warn', 'error'] });
  app.enableShutdownHooks();
  await app.listen(Number(process.env['PORT']), '127.0.0.1');
}

void main();
