import { jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { WaitModule } from 'nestjs-wait';
import { Outbox } from './outbox.js';
import { OutboxModule } from './outbox.module.js';

describe('Outbox, on the fake timers of jest', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is flushed every 20 ms', async () => {
    const moduleRef = await Test.createTestingModule({
      imports: [WaitModule.forRoot(), OutboxModule],
    }).compile();
    await moduleRef.init();
    await jest.advanceTimersByTimeAsync(20);
    expect(moduleRef.get(Outbox).runs).toBe(2);
    await moduleRef.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});
