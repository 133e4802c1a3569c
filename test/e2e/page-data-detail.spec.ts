import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { bootPage } from '../support/page-data.js';

describe('the detail of a loop', () => {
  it('says where each option of a decorated loop comes from, and how its waits grow', async () => {
    @Injectable()
    class Outbox {
      @Until({ period: '10s', failureBackoff: { initial: '1s', factor: 3, jitter: 0 } })
      flush(): void {}
    }
    const { data, registry } = await bootPage(
      { providers: [Outbox] },
      { defaults: { timeout: 5000 }, loops: { 'Outbox.flush': { pauseAfterFailures: 9 } } },
    );
    registry.get('Outbox.flush')!.update({ period: 20_000 });
    expect(data({ loop: 'Outbox.flush' }).detail).toEqual({
      name: 'Outbox.flush',
      options: [
        { name: 'period', value: '20s', from: 'update' },
        { name: 'failureBackoff', value: 'initial 1s, factor 3, jitter 0', from: 'decorator' },
        { name: 'timeout', value: '5s', from: 'defaults' },
        { name: 'pauseAfterFailures', value: '9', from: 'loops' },
        { name: 'hungAfter', value: '10s, twice the timeout', from: 'defaults' },
      ],
      failureBackoff: '1s after the first failure, then 3 times as long each time, up to 5m',
      runs: [expect.objectContaining({ run: 1, outcome: 'succeeded' })],
    });
  });

  it('says of a loop that was started at run time that the service has its options', async () => {
    const { data, service } = await bootPage();
    service.until(() => {}, { name: 'job', period: '10s' });
    expect(data({ loop: 'job' }).detail?.options).toEqual([
      { name: 'period', value: '10s', from: 'service' },
      { name: 'name', value: 'job', from: 'service' },
    ]);
  });

  it('is absent if nobody asks for it, and if there is no such loop', async () => {
    const { data, service } = await bootPage();
    service.until(() => {}, { name: 'job', period: '10s' });
    expect(data()).not.toHaveProperty('detail');
    expect(data({ loop: 'no job' })).not.toHaveProperty('detail');
    expect(data({ loop: '__proto__' })).not.toHaveProperty('detail');
  });

  it('is there for a loop that the filter leaves out', async () => {
    const { data, service } = await bootPage();
    service.until(() => {}, { name: 'job', period: '10s' });
    const { loops, detail } = data({ q: 'nothing', loop: 'job' });
    expect(loops).toEqual([]);
    expect(detail?.name).toBe('job');
  });
});
