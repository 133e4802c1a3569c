import { describe, expect, it } from '@jest/globals';
import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { JitterUntil, Until } from 'nestjs-wait';
import { boot } from '../support/boot.js';

const Job = (period: string): MethodDecorator => applyDecorators(SetMetadata('job', period), Until(period));

const Every = (period: string): MethodDecorator => Until(period);

/** The method becomes a getter, of a function that is bound to the instance, as many libraries have it. */
const Bound: MethodDecorator = (_target, _key, { value }) => ({
  configurable: true,
  get(): never {
    return (value as () => void).bind(this) as never;
  },
});

describe('a decorator that is composed of', () => {
  it('a loop decorator and others makes a loop, and does what the others do', async () => {
    @Injectable()
    class Outbox {
      runs = 0;

      @Job('5s')
      flush(): void {
        this.runs++;
      }
    }
    const { app, clock, registry } = await boot({ providers: [Outbox] });
    await clock.advance(10_000);
    const outbox = app.get(Outbox);
    expect(outbox.runs).toBe(3);
    expect(registry.list()).toMatchObject([{ name: 'Outbox.flush', schedule: '5s between runs' }]);
    expect(app.get(Reflector).get('job', outbox['flush'])).toBe('5s');
  });

  it('a loop decorator alone makes a loop', async () => {
    @Injectable()
    class Outbox {
      @Every('5s')
      flush(): void {}
    }
    const { registry } = await boot({ providers: [Outbox] });
    expect(registry.list()).toMatchObject([{ name: 'Outbox.flush', runs: 1 }]);
  });

  it('two loop decorators makes two loops', async () => {
    const Both = (): MethodDecorator =>
      applyDecorators(Until('5s'), JitterUntil({ period: '1m', jitter: 1 }));
    @Injectable()
    class Outbox {
      @Both()
      flush(): void {}
    }
    const { registry } = await boot({ providers: [Outbox] });
    expect(registry.list().map(({ name }) => name)).toEqual(['Outbox.flush', 'Outbox.flush/2']);
  });

  it('a loop decorator, on a static method, is refused where the class is defined', () => {
    expect(() => {
      class Outbox {
        @Job('5s')
        static flush(): void {}
      }
      return Outbox;
    }).toThrow(
      'Outbox.flush: @Until goes on an instance method, not on a static one. Remove `static`: the loop runs on the instance that Nest makes.',
    );
  });

  it('a loop decorator, on a class, is refused where the class is defined', () => {
    expect(() => {
      @applyDecorators(Injectable(), Until('5s'))
      class Outbox {}
      return Outbox;
    }).toThrow(
      'Outbox: @Until goes on an instance method, not on a class. Put it above the method that is to run.',
    );
  });
});

describe('a decorator that makes a getter of the method', () => {
  it('goes above the loop decorator', async () => {
    @Injectable()
    class Outbox {
      runs = 0;

      @Bound
      @Until('5s')
      flush(): void {
        this.runs++;
      }
    }
    const { app, clock } = await boot({ providers: [Outbox] });
    await clock.advance(10_000);
    expect(app.get(Outbox).runs).toBe(3);
  });
});
