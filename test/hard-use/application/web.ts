import { Controller, Get, Header, Inject, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { LoopHealthIndicator } from 'nestjs-wait/health';
import { WaitPageModule } from 'nestjs-wait/page';
import { WaitPrometheusModule } from 'nestjs-wait/prometheus';
import { register } from 'prom-client';

@Controller()
class WebController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(LoopHealthIndicator) private readonly loops: LoopHealthIndicator,
  ) {}

  @Get('metrics')
  @Header('Content-Type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }

  @Get('healthz')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.loops.liveness('loops')]);
  }

  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.loops.readiness('loops')]);
  }
}

/** Everything that an application serves about its loops. */
@Module({
  imports: [
    TerminusModule.forRoot({ logger: false }),
    WaitPrometheusModule.forRoot(),
    // A short history is full before memory is measured.
    WaitPageModule.forRoot({ access: () => 'all', showErrors: true, history: 4 }),
  ],
  controllers: [WebController],
  providers: [LoopHealthIndicator],
})
export class WebModule {}
