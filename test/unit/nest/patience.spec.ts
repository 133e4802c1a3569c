import { expect, it, jest } from '@jest/globals';
import { FakeClock } from 'nestjs-wait/testing';
import { Patience } from '../../../src/nest/run/patience.js';
import { Pending } from '../../../src/nest/run/pending.js';

const never = (): Pending => new Pending([{ label: 'x', whenEnded: () => {} }]);

it('listens to Ctrl-C only while it waits, and only where somebody else does', async () => {
  const clock = new FakeClock();
  const remind = jest.fn();
  const count = (): number => process.listenerCount('SIGINT');
  const before = count();
  const other = (): void => {};
  if (before === 0) {
    const alone = new Patience(clock, 5000, remind);
    const waited = alone.waitFor(never());
    await clock.advance(5000);
    await waited;
    alone.end();
    expect(remind).toHaveBeenLastCalledWith(false);
  }
  process.on('SIGINT', other);
  const patience = new Patience(clock, 5000, remind);
  const waited = patience.waitFor(never());
  await clock.advance(999);
  expect(count()).toBe(before + 1);
  await clock.advance(1);
  expect(count()).toBe(before + 2);
  expect(remind).toHaveBeenLastCalledWith(true);
  await clock.advance(4000);
  await waited;
  patience.end();
  expect(count()).toBe(before + 1);
  expect(clock.armedTimers).toBe(0);
  process.off('SIGINT', other);
});
