import { Agent, request as send } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Module, type DynamicModule, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BackoffUntilService, LoopRegistry, Until, WaitModule } from 'nestjs-wait';
import { WaitPageModule, type WaitPageOptionsFactory, type WaitPageSettings } from 'nestjs-wait/page';
import { act, ask, infoOf, PLATFORMS, serve, type Served } from '../support/page.js';

@Injectable()
class Outbox {
  @Until('10s')
  flush(): void {}
}

const PAUSE = { loop: 'Outbox.flush', action: 'pause' };
const titleOf = async ({ origin }: Served): Promise<unknown> =>
  (JSON.parse((await ask(`${origin}/loops/data`)).body) as { title: unknown }).title;

@Injectable()
class Settings implements WaitPageOptionsFactory {
  private readonly title = 'from a class';

  createWaitPageOptions(): Promise<WaitPageSettings> {
    return Promise.resolve({ title: this.title, access: () => 'all' });
  }
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

/** Options with getters, which a copy would lack. */
class Getters implements WaitPageSettings {
  get title(): string {
    return 'from a getter';
  }
  get access() {
    return (): 'all' => 'all';
  }
}

describe.each(PLATFORMS)('the page on %s', (platform) => {
  it.each<[how: string, page: () => DynamicModule, wantTitle: string]>([
    ['nothing but access', () => WaitPageModule.forRoot({ access: () => 'all' }), 'Loops'],
    ['a title', () => WaitPageModule.forRoot({ access: () => 'all', title: 'Jobs' }), 'Jobs'],
    ['options with getters', () => WaitPageModule.forRoot(new Getters()), 'from a getter'],
    [
      'a factory',
      () =>
        WaitPageModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: (settings: Settings) => settings.createWaitPageOptions(),
        }),
      'from a class',
    ],
    ['a class', () => WaitPageModule.forRootAsync({ useClass: Settings }), 'from a class'],
    [
      'an existing provider',
      () => WaitPageModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings }),
      'from a class',
    ],
  ])('takes its options from %s', async (_how, page, wantTitle) => {
    const served = await serve(platform, { providers: [Outbox], page: page() });
    expect(await titleOf(served)).toBe(wantTitle);
    expect(await act(`${served.origin}/loops`, PAUSE)).toMatchObject({ status: 200 });
  });

  it('is where a factory has no say', async () => {
    const page = WaitPageModule.forRootAsync({
      path: 'ops/jobs',
      useFactory: () => ({ allowUnguarded: true }),
    });
    const { origin } = await serve(platform, { providers: [Outbox], page });
    expect(await ask(`${origin}/ops/jobs/page`)).toMatchObject({ status: 200 });
    expect(await ask(`${origin}/loops/page`)).toMatchObject({ status: 404 });
  });

  it('of one application does not meet that of another in the same process', async () => {
    const first = await serve(platform, {
      providers: [Outbox],
      page: { title: 'first', access: () => 'all' },
    });
    const second = await serve(platform, {
      providers: [Outbox],
      page: { title: 'second', access: () => 'read' },
    });
    expect(await titleOf(first)).toBe('first');
    expect(await titleOf(second)).toBe('second');
    expect(await act(`${second.origin}/loops`, PAUSE)).toMatchObject({ status: 403 });
    expect(await act(`${first.origin}/loops`, PAUSE)).toMatchObject({ status: 200 });
    expect(infoOf(first, 'Outbox.flush').paused).toBe(true);
    expect(infoOf(second, 'Outbox.flush').paused).toBe(false);
    await first.close();
    expect(await titleOf(second)).toBe('second');
  });

  it('comes back when the same module is started again', async () => {
    const page = WaitPageModule.forRoot({ access: () => 'all' });
    for (let times = 0; times < 3; times++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const served = await serve(platform, { providers: [Outbox], page });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await act(`${served.origin}/loops`, PAUSE)).toMatchObject({ status: 200 });
      expect(infoOf(served, 'Outbox.flush').paused).toBe(true);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await served.close();
    }
  });

  it('tells its clients to leave, before the server waits for them to do so', async () => {
    const { app, origin } = await serve(platform, {});
    const agent = new Agent({ keepAlive: true });
    const connection = async (): Promise<unknown> =>
      (await ask(`${origin}/loops/data`, { agent })).headers['connection'];
    expect(await connection()).toBe('keep-alive');
    const adapter = app.getHttpAdapter();
    const close = adapter.close.bind(adapter);
    let last: unknown;
    jest.spyOn(adapter, 'close').mockImplementationOnce(async () => {
      last = await connection();
      await close();
    });
    await app.close();
    expect(last).toBe('close');
    agent.destroy();
  });

  it('is served while the loops are drained', async () => {
    const served = await serve(platform, {});
    const { app, clock, origin } = served;
    app.get(BackoffUntilService).until(() => clock.sleep(5000), { name: 'long', period: '1m' });
    await clock.advance(0);
    const closed = app.close();
    expect(await titleOf(served)).toBe('Loops');
    expect(await act(`${origin}/loops`, { loop: 'long', action: 'trigger' })).toMatchObject({ status: 409 });
    await clock.advance(5000);
    await closed;
    await expect(ask(`${origin}/loops/data`)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('an application without a server', () => {
  it('has a page that nobody can open, and runs its loops', async () => {
    const page = WaitPageModule.forRoot({ allowUnguarded: true });
    const context = await Test.createTestingModule({
      imports: [WaitModule.forRoot(), page],
      providers: [Outbox],
    })
      .setLogger(false as unknown as LoggerService)
      .compile();
    await context.init();
    expect(context.get(LoopRegistry).get('Outbox.flush')?.info()).toMatchObject({ enabled: true });
    await context.close();
  });
});

/** A client that asks again as soon as it has an answer, on one connection. */
class Poller {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private isOver = false;
  private onAnswer: (() => void) | undefined;

  constructor(private readonly url: string) {
    this.poll();
  }

  /** Resolves at the next answer. */
  answered(): Promise<void> {
    return new Promise((resolve) => (this.onAnswer = resolve));
  }

  end(): void {
    this.isOver = true;
    this.agent.destroy();
  }

  private poll(): void {
    const request = send(this.url, { agent: this.agent }, (response) => {
      response.resume();
      response.on('end', () => {
        this.onAnswer?.();
        if (!this.isOver) {
          this.poll();
        }
      });
    });
    request.on('error', () => undefined); // the server is closed
    request.end();
  }
}

describe.each(PLATFORMS)('a client that polls without a pause on %s', (platform) => {
  const pollers: Poller[] = [];

  afterEach(() => {
    pollers.splice(0).forEach((poller) => poller.end());
  });

  // A guard that asks a database is always in the middle of a request.
  const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const slowly = async (): Promise<'read'> => {
    for (let turn = 0; turn < 50; turn++) {
      // oxlint-disable-next-line no-await-in-loop -- it takes its time
      await aTurn();
    }
    return 'read';
  };

  it('does not hold up the end of the application', async () => {
    const { app, origin } = await serve(platform, { page: { access: slowly } });
    const poller = new Poller(`${origin}/loops/data`);
    pollers.push(poller);
    await poller.answered();
    await app.close();
    await expect(ask(`${origin}/loops/data`)).rejects.toThrow('ECONNREFUSED');
  });
});
