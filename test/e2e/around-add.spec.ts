import { describe, expect, it } from '@jest/globals';
import {
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { LoopRegistry, Until, WaitModule, type AroundRun } from 'nestjs-wait';
import { boot, compile } from '../support/boot.js';
import { codeOf } from '../support/steering.js';

let trace: string[] = [];

const tracing =
  (name: string): AroundRun =>
  (_run, next) => {
    trace.push(name);
    return next();
  };

@Injectable()
class Job {
  @Until('10s')
  tick(): void {
    trace.push('work');
  }
}

@Injectable()
class InConstructor {
  constructor(registry: LoopRegistry) {
    registry.addAround(tracing('constructor'));
  }
}

@Injectable()
class InModuleInit implements OnModuleInit {
  constructor(private readonly registry: LoopRegistry) {}

  async onModuleInit(): Promise<void> {
    await Promise.resolve();
    this.registry.addAround(tracing('onModuleInit'));
  }
}

@Injectable()
class InBootstrap implements OnApplicationBootstrap {
  constructor(private readonly registry: LoopRegistry) {}

  async onApplicationBootstrap(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.registry.addAround(tracing('onApplicationBootstrap'));
  }
}

function moduleOf(provider: Type): Type {
  @Module({ providers: [provider] })
  class Feature {}
  return Feature;
}

describe('addAround()', () => {
  it.each<[where: string, provider: Type]>([
    ['constructor', InConstructor],
    ['onModuleInit', InModuleInit],
    ['onApplicationBootstrap', InBootstrap],
  ])(
    'works in the %s of another module, also of one that is imported after WaitModule',
    async (where, provider) => {
      const root = WaitModule.forRoot({ around: [tracing('root')] });
      for (const imports of [
        [root, moduleOf(provider)],
        [moduleOf(provider), root],
      ]) {
        trace = [];
        // oxlint-disable-next-line no-await-in-loop -- one application after the other
        const { close } = await boot({ imports, providers: [Job] });
        expect(trace).toEqual([where, 'root', 'work']);
        // oxlint-disable-next-line no-await-in-loop -- one application after the other
        await close();
      }
    },
  );

  it('works where forRoot() has no function, and for loops that are started later', async () => {
    trace = [];
    const { registry, app, clock, service } = await compile({});
    registry.addAround(tracing('added'));
    await app.init();
    await clock.advance(5000);
    service.until(() => void trace.push('work'), { name: 'later', period: '1h' });
    await clock.advance(0);
    expect(trace).toEqual(['added', 'work']);
  });

  it.each<[when: string, advance: boolean]>([
    ['as soon as init() has resolved', false],
    ['after the first runs', true],
  ])('is refused %s, and nothing changes', async (_when, advances) => {
    trace = [];
    const { registry, app, clock } = await compile({ providers: [Job] });
    await app.init();
    if (advances) {
      await clock.advance(0);
    }
    let code: unknown;
    try {
      registry.addAround(tracing('late'));
    } catch (error) {
      code = codeOf(error);
    }
    expect(code).toBe('WAIT_ERR_AROUND');
    await clock.advance(10_000);
    expect(trace).toEqual(['work', 'work']);
  });

  it('of one application does not reach another one', async () => {
    trace = [];
    const first = await compile({ providers: [Job] });
    first.registry.addAround(tracing('first'));
    await first.app.init();
    await first.clock.advance(0);
    await boot({ providers: [Job] });
    expect(trace).toEqual(['first', 'work', 'work']);
  });

  it('calls a function for every loop, each with its own name', async () => {
    const seen: string[] = [];
    const { service, clock } = await boot({}, { around: [(run, next) => (seen.push(run.loop), next())] });
    service.until(() => {}, { name: 'a', period: '10s' });
    service.nonSlidingUntil(() => {}, { name: 'b', period: '10s' });
    await clock.advance(10_000);
    expect(seen.toSorted()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('has no effect on the list that the user keeps: a function that is added to it later is not called', async () => {
    trace = [];
    const around = [tracing('first')];
    const { clock } = await boot({ providers: [Job] }, { around });
    around.push(tracing('second'));
    await clock.advance(10_000);
    expect(trace).toEqual(['first', 'work', 'first', 'work']);
  });

  it('works with options of a factory', async () => {
    trace = [];
    const imports = [
      WaitModule.forRootAsync({ useFactory: () => Promise.resolve({ around: [tracing('factory')] }) }),
    ];
    await boot({ imports, providers: [Job] });
    expect(trace).toEqual(['factory', 'work']);
  });
});
