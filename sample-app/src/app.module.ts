import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { WaitModule } from 'nestjs-wait';
import { LoopHealthIndicator } from 'nestjs-wait/health';
import { WaitPageModule } from 'nestjs-wait/page';
import { WaitPrometheusModule } from 'nestjs-wait/prometheus';
import { Finalizer } from './finalizer/finalizer.js';
import { HealthController } from './http/health.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { OnlyLocalGuard } from './http/only-local.guard.js';
import { StatusController } from './http/status.controller.js';
import { SteerController } from './http/steer.controller.js';
import { Census } from './leader-election/census.js';
import { electionOf } from './leader-election/election.js';
import { LoadBalancer } from './load-balancer/load-balancer.js';
import { LoadBalancerSync } from './load-balancer/load-balancer-sync.js';
import { TroubleController } from './load-balancer/trouble.controller.js';
import { BufferedLogger } from './log-flush/buffered-logger.js';
import { LogFlush } from './log-flush/log-flush.js';
import { Reflector } from './reflector/reflector.js';
import { ResourceStore } from './reflector/resource-store.js';
import { Rivals } from './rivals/rivals.js';
import { RouteReconciler } from './routes/route-reconciler.js';
import { Settings } from './settings.js';
import { SettingsModule } from './settings.module.js';
import { SizeMonitor } from './size-monitor/size-monitor.js';

@Module({
  imports: [
    SettingsModule,
    WaitModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: async (settings: Settings) => ({
        shutdownTimeout: '10s',
        // No run but the reflector's takes long. One that does is waiting for something that does not come.
        defaults: { hungAfter: '1m' },
        leaderElection: await electionOf(settings),
      }),
    }),
    WaitPrometheusModule.forRoot(),
    WaitPageModule.forRoot({
      path: 'loops',
      guards: [OnlyLocalGuard],
      access: () => 'all',
      title: 'Loops of the sample',
      showErrors: true, // they hold no secrets here
    }),
    TerminusModule.forRoot({ logger: false }), // the log of the loops says it already, and not at every probe
  ],
  controllers: [HealthController, MetricsController, StatusController, SteerController, TroubleController],
  providers: [
    LoopHealthIndicator,
    BufferedLogger,
    ResourceStore,
    Reflector,
    Rivals,
    Census,
    RouteReconciler,
    LoadBalancer,
    LoadBalancerSync,
    Finalizer,
    LogFlush,
    SizeMonitor,
  ],
})
export class AppModule {}
