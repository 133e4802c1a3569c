import { beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Until, WaitModule } from 'nestjs-wait';
import { boot, compile } from '../support/boot.js';
import { secondCopy } from '../support/second-copy.js';

describe('two copies of the package in one application', () => {
  let other: Awaited<ReturnType<typeof secondCopy>>;

  beforeAll(async () => {
    other = await secondCopy();
    expect(other.WaitModule).not.toBe(WaitModule);
  });

  it.each([
    { title: 'the first', imports: () => [other.WaitModule.forRoot(), WaitModule.forRoot()] },
    { title: 'the second', imports: () => [WaitModule.forRoot(), other.WaitModule.forRoot()] },
  ])('are refused when each has its forRoot(), before $title has run a loop', async ({ imports }) => {
    let runs = 0;
    class Outbox {
      @Until('5s')
      flush(): void {
        runs++;
      }
    }
    @Module({ imports: [imports()[0]!], providers: [Outbox] })
    class Feature {}
    const { app, clock } = await compile({ imports: [imports()[1]!, Feature] });
    await expect(app.init()).rejects.toMatchObject({
      code: 'WAIT_ERR_FOR_ROOT',
      message: expect.stringMatching(
        /^WaitModule\.forRoot\(\) is imported from 2 copies of nestjs-wait, \/\S+ and \/\S+, so that every loop would run 2 times\. Keep one copy: npm dedupe/,
      ),
    });
    await clock.advance(60_000);
    expect(runs).toBe(0);
  });

  it('find the loops of the decorators of each when one has its forRoot()', async () => {
    class Outbox {
      @other.Until('5s')
      flush(): void {}
    }
    const { registry } = await boot({ providers: [Outbox] });
    expect(registry.get('Outbox.flush')?.info()).toMatchObject({ runs: 1 });
  });

  it('may be imported bare beside the forRoot() of the other', async () => {
    class Outbox {
      @other.Until('5s')
      flush(): void {}
    }
    @Module({ imports: [other.WaitModule], providers: [Outbox] })
    class Feature {}
    const { registry } = await boot({ imports: [WaitModule.forRoot(), Feature] });
    expect(registry.get('Outbox.flush')?.info()).toMatchObject({ runs: 1 });
  });
});
