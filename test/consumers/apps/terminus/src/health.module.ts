import { Controller, Get, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { LoopHealthIndicator } from 'nestjs-wait/health';

@Controller()
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly loops: LoopHealthIndicator,
  ) {}

  @Get('healthz')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.loops.liveness('loops')]);
  }
}

@Module({
  imports: [TerminusModule],
  controllers: [HealthController],
  providers: [LoopHealthIndicator],
})
export class HealthModule {}
