import { Test } from '@nestjs/testing';
import { WaitModule } from 'nestjs-wait';
import { Outbox } from './outbox.js';
import { OutboxModule } from './outbox.module.js';

describe('Outbox, on the fake timers of vitest', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is flushed every 20 ms', async () => {
    const moduleRef = await Test.createTestingModule({
      imports: [WaitModule.forRoot(), OutboxModule],
    }).compile();
    await moduleRef.init();
    await vi.advanceTimersByTimeAsync(20);
    expect(moduleRef.get(Outbox).runs).toBe(2);
    await moduleRef.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
