import {
  BadRequestException,
  ConflictException,
  Injectable,
  NotFoundException,
  type HttpException,
} from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { Until } from 'nestjs-wait';
import { SteerController } from '../../sample-app/src/http/steer.controller.js';
import { boot } from '../support/boot.js';

@Injectable()
class Poller {
  answer = (): unknown => undefined;

  @Until('10s')
  poll(): unknown {
    return this.answer();
  }

  @Until({ period: '10s', enabled: false })
  off(): void {}
}

describe('the steering of the sample', () => {
  const loop = 'Poller.poll';

  async function start(): Promise<
    Awaited<ReturnType<typeof boot>> & { steer: SteerController; poller: Poller }
  > {
    const booted = await boot({ providers: [Poller], controllers: [SteerController] });
    return { ...booted, steer: booted.app.get(SteerController), poller: booted.app.get(Poller) };
  }

  it('pauses and resumes a loop, and answers its info', async () => {
    const { steer, clock } = await start();
    await expect(steer.pause({ loop, reason: 'incident 42' })).resolves.toMatchObject({
      name: loop,
      state: 'paused',
      paused: true,
      pauseReason: 'incident 42',
    });
    await clock.advance(60_000);
    expect(steer.resume({ loop })).toMatchObject({ paused: false, runs: 2 });
  });

  it('answers a pause at once although the run in progress hangs', async () => {
    const { steer, clock, poller } = await start();
    let end = (): void => {};
    poller.answer = () => new Promise<void>((resolve) => (end = resolve));
    await clock.advance(10_000);
    await expect(steer.pause({ loop })).resolves.toMatchObject({ state: 'running', paused: true });
    end();
  });

  it('answers the result of a triggered run, with a summary of its error', async () => {
    const { steer, poller } = await start();
    await expect(steer.trigger({ loop })).resolves.toMatchObject({ run: 2, outcome: 'succeeded' });
    poller.answer = () => {
      throw new Error('no disk');
    };
    const result = await steer.trigger({ loop });
    expect(JSON.parse(JSON.stringify(result))).toMatchObject({
      run: 3,
      outcome: 'failed',
      error: { name: 'Error', message: 'no disk' },
    });
  });

  it('changes the period of a loop, and answers its info', async () => {
    const { steer } = await start();
    const info = steer.update({ loop, options: { period: '2s' } });
    expect(info).toMatchObject({ name: loop, schedule: '2s between runs' });
  });

  it('answers 404 for a loop that there is not', async () => {
    const { steer } = await start();
    const request = { loop: 'Poller.pol' };
    const text = "There is no loop 'Poller.pol'. GET /loops/data lists all.";
    for (const call of [
      () => steer.pause(request),
      () => steer.resume(request),
      () => steer.trigger(request),
      () => steer.update({ ...request, options: {} }),
    ]) {
      await expect((async () => call())()).rejects.toEqual(new NotFoundException(text));
    }
  });

  it.each([
    ['no body', undefined],
    ['a body without a loop', {}],
    ['a loop that is no name', { loop: 1 }],
  ])('answers 400 for %s', async (_, body) => {
    const { steer } = await start();
    expect(() => steer.resume(body as never)).toThrow(
      new BadRequestException('The body must be JSON with the name of a loop: { "loop": "…" }.'),
    );
  });

  it.each([
    ['an option that cannot be changed', { workers: 2 }],
    ['a period that is no duration', { period: 'soon' }],
    ['no options', undefined],
  ])('answers 400 for an update with %s, and the loop stays as it is', async (_, options) => {
    const { steer, registry } = await start();
    expect(() => steer.update({ loop, options: options as never })).toThrow(BadRequestException);
    expect(registry.get(loop)?.info()).toMatchObject({ schedule: '10s between runs' });
  });

  it.each([{ a: 1 }, null, 42])(
    'answers 400 for a pause with the reason %j, and the loop goes on',
    async (reason) => {
      const { steer, registry } = await start();
      await expect(steer.pause({ loop, reason: reason as never })).rejects.toThrow(BadRequestException);
      expect(registry.get(loop)?.info()).toMatchObject({ paused: false });
    },
  );

  it('answers 409 for a loop that does not run', async () => {
    const { steer } = await start();
    const request = { loop: 'Poller.off' };
    await expect(steer.trigger(request)).rejects.toThrow(ConflictException);
    expect(() => steer.update({ ...request, options: { period: '2s' } })).toThrow(ConflictException);
  });

  it('answers 409 for a trigger when the run in progress does not end', async () => {
    const { steer, clock, poller } = await start();
    let end = (): void => {};
    poller.answer = () => new Promise<void>((resolve) => (end = resolve));
    await clock.advance(10_000);
    const answer = steer.trigger({ loop }).catch((error: HttpException) => error.getStatus());
    await clock.advance(60_000);
    await expect(answer).resolves.toBe(409);
    poller.answer = () => undefined;
    end();
  });
});
