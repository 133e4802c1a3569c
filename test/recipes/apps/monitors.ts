import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as Sentry from '@sentry/node';
import { LoopRegistry, Until } from 'nestjs-wait';
import { waitModule } from '../monitors.js';
import { report } from './report.js';
import { listenTo } from './sentry-transport.js';

interface CheckIn {
  readonly monitor_slug: string;
  readonly status: string;
  readonly check_in_id: string;
  readonly duration?: number;
  readonly monitor_config?: unknown;
}

const ids: string[] = [];
listenTo('check_in', (payload) => {
  const { monitor_slug, status, check_in_id, duration, monitor_config } = payload as CheckIn;
  if (!ids.includes(check_in_id)) {
    ids.push(check_in_id);
  }
  report({
    slug: monitor_slug,
    run: ids.indexOf(check_in_id) + 1,
    status,
    hasDuration: duration !== undefined,
    config: monitor_config,
  });
});

const state = { work: (_signal: AbortSignal): unknown => undefined, isSkipping: false };

@Injectable()
class Report {
  @Until({ period: '1h', initialDelay: '1h' })
  write(signal: AbortSignal): unknown {
    return state.work(signal);
  }
}

@Injectable()
class Backup {
  @Until({ period: '1d', initialDelay: '1d' })
  make(): void {}
}

@Injectable()
class Heartbeat {
  @Until({ period: '1s', initialDelay: '1h' })
  beat(): void {}
}

@Module({ imports: [waitModule], providers: [Report, Backup, Heartbeat] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
const registry = app.get(LoopRegistry);
// Outside of the monitors.
registry.addAround((_run, next) => (state.isSkipping ? undefined : next()));
await app.init();
const trigger = async (loop: string): Promise<void> => {
  const result = await registry.get(loop)?.trigger();
  report({ loop, outcome: result?.outcome });
};
await trigger('Report.write');
state.work = () => Promise.reject(new Error('boom'));
await trigger('Report.write');
await trigger('Backup.make');
await trigger('Heartbeat.beat');
state.isSkipping = true;
await trigger('Report.write');
state.isSkipping = false;
let aborted = Promise.resolve();
await new Promise<void>((resolve) => {
  state.work = (signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      resolve();
    });
  aborted = trigger('Report.write').then(resolve); // which it does first if the run is skipped
});
await app.close();
await aborted;
await Sentry.close(1000);
