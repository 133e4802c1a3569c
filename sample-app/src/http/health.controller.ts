import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { LoopHealthIndicator } from 'nestjs-wait/health';

/** Answers the probes of Kubernetes: 503 when a loop is unwell, with its name and what is wrong with it. */
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly loops: LoopHealthIndicator,
  ) {}

  /** Whether only a restart helps: a run hangs. */
  @Get('healthz')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.loops.liveness('loops')]);
  }

  /** Whether the loops do their work: none of them fails again and again. */
  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.loops.readiness('loops')]);
  }
}
