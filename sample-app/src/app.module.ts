import { Module } from '@nestjs/common';
import { WaitModule } from 'nestjs-wait';
import { Finalizer } from './finalizer/finalizer.js';
import { StatusController } from './http/status.controller.js';
import { Census } from './leader-election/census.js';
import { electionOf } from './leader-election/election.js';
import { BufferedLogger } from './log-flush/buffered-logger.js';
import { LogFlush } from './log-flush/log-flush.js';
import { Reflector } from './reflector/reflector.js';
import { ResourceStore } from './reflector/resource-store.js';
import { Rivals } from './rivals/rivals.js';
import { RouteReconciler } from './routes/route-reconciler.js';
import { Settings } from './settings.js';
import { SizeMonitor } from './size-monitor/size-monitor.js';

@Module({
  imports: [
    WaitModule.forRootAsync({
      useFactory: async () => ({
        shutdownTimeout: '10s',
        leaderElection: await electionOf(new Settings()),
      }),
    }),
  ],
  controllers: [StatusController],
  providers: [
    Settings,
    BufferedLogger,
    ResourceStore,
    Reflector,
    Rivals,
    Census,
    RouteReconciler,
    Finalizer,
    LogFlush,
    SizeMonitor,
  ],
})
export class AppModule {}
