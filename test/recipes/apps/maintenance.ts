import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { LoopRegistry, Until } from 'nestjs-wait';
import { Maintenance, MaintenanceModule, waitModule } from '../maintenance.js';
import { report } from './report.js';

const calls: string[] = [];

@Injectable()
class Report {
  @Until({ period: '1h', initialDelay: '1h' })
  write(): void {
    calls.push('Report.write');
  }
}

@Injectable()
class Heartbeat {
  @Until({ period: '1h', initialDelay: '1h' })
  beat(): void {
    calls.push('Heartbeat.beat');
  }
}

@Module({ imports: [MaintenanceModule, waitModule], providers: [Report, Heartbeat] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
for (const isOn of [false, true, false]) {
  app.get(Maintenance).isOn = isOn;
  for (const loop of ['Report.write', 'Heartbeat.beat']) {
    const handle = app.get(LoopRegistry).get(loop)!;
    const { outcome } = await handle.trigger();
    const { runs, skips, failures } = handle.info();
    report({ loop, isOn, outcome, runs, skips, failures, calls: calls.splice(0) });
  }
}
await app.close();
