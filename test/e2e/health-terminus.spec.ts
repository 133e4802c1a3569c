import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { Until, WaitModule } from 'nestjs-wait';
import { LoopHealthIndicator } from 'nestjs-wait/health';
import { boot, type Booted } from '../support/boot.js';

@Injectable()
class Job {
  /** What its runs do. */
  run = (): unknown => undefined;

  @Until('10s')
  tick(): unknown {
    return this.run();
  }
}

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

  @Get('readyz')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.loops.readiness('loops'),
      () => Promise.resolve({ other: { status: 'up' as const } }),
    ]);
  }

  @Get('broken')
  @HealthCheck()
  broken(): Promise<HealthCheckResult> {
    return this.health.check([() => this.loops.readiness('loops', { tolerance: -1 })]);
  }
}

// It does not import WaitModule, which is global.
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [LoopHealthIndicator],
})
class HealthModule {}

async function serve(): Promise<Booted & { readonly get: (path: string) => Promise<unknown> }> {
  const forRoot = WaitModule.forRoot({ defaults: { hungAfter: '10m' } });
  const booted = await boot({ imports: [forRoot, HealthModule], providers: [Job] });
  await booted.app.listen(0, '127.0.0.1');
  const url = await booted.app.getUrl();
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}/${path}`);
    return [response.status, await response.json()];
  };
  return { ...booted, get };
}

const other = { other: { status: 'up' } };

describe('terminus, of its own major for each of Nest', () => {
  it('is 11 on Nest 11, and 12 on Nest 12', () => {
    const isNest11 = (name: string): boolean => require.resolve(name).includes('nest-11');
    expect(isNest11('@nestjs/terminus')).toBe(isNest11('@nestjs/core'));
  });

  it('answers 200 while the loops are well', async () => {
    const { get } = await serve();
    const up = { loops: { status: 'up' } };
    expect(await get('healthz')).toEqual([200, { status: 'ok', info: up, error: {}, details: up }]);
    const both = { ...up, ...other };
    expect(await get('readyz')).toEqual([200, { status: 'ok', info: both, error: {}, details: both }]);
  });

  it('answers 503 on both probes when a run hangs, and says which', async () => {
    const { app, clock, get } = await serve();
    app.get(Job).run = () => clock.sleep(3_600_000);
    const since = new Date(clock.wallNow() + 10_000).toISOString();
    await clock.advance(10_000 + 750_000);
    const problem = { problem: 'hung', run: 2, since, runningFor: '12m30s', hungAfter: '10m' };
    const down = { loops: { status: 'down', loops: { 'Job.tick': problem } } };
    expect(await get('healthz')).toEqual([503, { status: 'error', info: {}, error: down, details: down }]);
    const details = { ...down, ...other };
    expect(await get('readyz')).toEqual([503, { status: 'error', info: other, error: down, details }]);
  });

  it('answers 503 on the readiness probe alone when a loop fails again and again', async () => {
    const { app, clock, get } = await serve();
    const start = clock.wallNow();
    const after = (seconds: number): string => new Date(start + seconds * 1000).toISOString();
    app.get(Job).run = () => Promise.reject(new Error('secret'));
    await clock.advance(30_000);
    const problem = {
      problem: 'failing',
      consecutiveFailures: 3,
      maxConsecutiveFailures: 3,
      lastSuccess: after(0),
      lastFailure: after(30),
    };
    const down = { loops: { status: 'down', loops: { 'Job.tick': problem } } };
    expect(await get('readyz')).toMatchObject([503, { status: 'error', info: other, error: down }]);
    expect(await get('healthz')).toMatchObject([200, { status: 'ok' }]);
    app.get(Job).run = () => undefined;
    await clock.advance(10_000);
    expect(await get('readyz')).toMatchObject([200, { status: 'ok' }]);
  });

  it('answers 500 when the options of the check have a mistake', async () => {
    const { get } = await serve();
    expect(await get('broken')).toMatchObject([500, { statusCode: 500 }]);
  });
});
