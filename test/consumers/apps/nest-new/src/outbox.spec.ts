import { Test } from '@nestjs/testing';
import { LoopRegistry, WAIT_CLOCK, WAIT_OPTIONS, WaitModule } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { Outbox } from './outbox.js';
import { OutboxModule } from './outbox.module.js';

describe('Outbox', () => {
  const testingModule = () => Test.createTestingModule({ imports: [WaitModule.forRoot(), OutboxModule] });

  it('is flushed every 20 ms of virtual time', async () => {
    const clock = new FakeClock();
    const moduleRef = await testingModule().overrideProvider(WAIT_CLOCK).useValue(clock).compile();
    await moduleRef.init();
    await clock.advance(19);
    expect(moduleRef.get(Outbox).runs).toBe(1);
    await clock.advance(1);
    expect(moduleRef.get(Outbox).runs).toBe(2);
    await moduleRef.close();
    expect(clock.armedTimers).toBe(0);
  });

  it('has no loops in the tests of something else', async () => {
    const moduleRef = await testingModule()
      .overrideProvider(WAIT_OPTIONS)
      .useValue({ enabled: false })
      .compile();
    await moduleRef.init();
    expect(moduleRef.get(LoopRegistry).get('Outbox.flush')?.info().state).toBe('stopped');
    expect(moduleRef.get(Outbox).runs).toBe(0);
    await moduleRef.close();
  });
});
