import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Until, type LoopOverrides, type LoopRegistry, type PauseAllOptions } from 'nestjs-wait';
import { oddValues } from '../support/odd-values.js';
import { bootBeside } from './support/application.js';

@Injectable()
class Outbox {
  @Until({ period: '5s', workers: 2 })
  flush(): void {}
}

const bootOutbox = () => bootBeside({ providers: [Outbox] });

describe('LoopRegistry.get()', () => {
  it.each([
    ...Object.entries(oddValues()),
    ...['', 'Outbox', 'flush', 'outbox.flush', 'Outbox.flush ', 'Outbox.flush#2', 'Outbox.flush#', '#0'].map(
      (name) => [`'${name}'`, name] as const,
    ),
    ...['toString', 'constructor', '__proto__'].map((name) => [`'${name}'`, name] as const),
  ])('finds no loop by %s, and does not throw', async (_title, name) => {
    const { registry } = await bootOutbox();
    expect(registry.get(name as string)).toBeUndefined();
  });
});

describe('a filter that throws', () => {
  const failure = new Error('no such team');
  const options: PauseAllOptions = {
    filter: ({ name }) => {
      if (name === 'Outbox.flush#1') {
        throw failure;
      }
      return true;
    },
  };

  it('rejects pauseAll() with its own error, and no loop is paused', async () => {
    const { registry } = await bootOutbox();
    const before = registry.list();
    await expect(registry.pauseAll(options)).rejects.toBe(failure);
    expect(registry.list()).toEqual(before);
  });

  it('is what resumeAll() throws, and all loops stay paused', async () => {
    const { registry } = await bootOutbox();
    await registry.pauseAll();
    const before = registry.list();
    expect(() => registry.resumeAll(options)).toThrow(failure);
    expect(registry.list()).toEqual(before);
  });
});

// What looks like a mistake and is none.

describe('an option of undefined', () => {
  it.each<[method: 'pauseAll' | 'resumeAll', options: PauseAllOptions | undefined]>([
    ['pauseAll', undefined],
    ['pauseAll', { filter: undefined, reason: undefined }],
    ['resumeAll', undefined],
    ['resumeAll', { filter: undefined }],
  ])('of %s means all loops: %j', async (method, options) => {
    const { registry } = await bootOutbox();
    await registry.pauseAll();
    await registry[method as keyof Pick<LoopRegistry, 'pauseAll'>](options);
    expect(registry.list().every(({ paused }) => paused)).toBe(method === 'pauseAll');
  });

  it('of pause() is no reason', async () => {
    const { registry } = await bootOutbox();
    await registry.get('Outbox.flush')?.pause(undefined);
    expect(registry.get('Outbox.flush')?.info()).toMatchObject({ paused: true });
    expect(registry.get('Outbox.flush')?.info()).not.toHaveProperty('pauseReason');
  });

  it.each([{}, { period: undefined }, { enabled: undefined, workers: undefined }] as LoopOverrides[])(
    'of update() changes nothing, even if it could not be changed: %p',
    async (overrides) => {
      const { registry, logger } = await bootOutbox();
      const before = [registry.list(), logger.lines.length];
      registry.get('Outbox.flush')?.update(overrides);
      expect([registry.list(), logger.lines.length]).toEqual(before);
    },
  );
});

it('a stopped loop takes every pause, resume and stop without an error', async () => {
  const { registry } = await bootOutbox();
  const handle = registry.get('Outbox.flush');
  await handle?.stop();
  const before = registry.list();
  await handle?.pause('too late');
  handle?.resume();
  await handle?.stop();
  await handle?.done;
  expect(registry.list()).toEqual(before);
});
