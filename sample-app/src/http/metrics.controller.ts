import { Controller, Get, Header } from '@nestjs/common';
import { register } from 'prom-client';

/** Gives Prometheus the figures of the loops, which `WaitPrometheusModule` keeps in this register. */
@Controller('metrics')
export class MetricsController {
  @Get()
  @Header('Content-Type', register.contentType)
  scrape(): Promise<string> {
    return register.metrics();
  }
}
