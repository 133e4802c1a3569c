import { describe, expect, it } from '@jest/globals';
import { LockCalls } from '../../../src/leader-election/lock-calls.js';

const live = (): AbortSignal => new AbortController().signal;

describe('LockCalls', () => {
  it('gives no reply to a call that was given up, although the reply came', async () => {
    const stop = new AbortController();
    const reason = new Error('too late');
    const reply = new LockCalls('a').make(stop.signal, async () => {
      stop.abort(reason);
      return 'reply';
    });
    await expect(reply).rejects.toBe(reason);
  });

  it('waits at its close until the calls have ended that it gives up', async () => {
    const calls = new LockCalls('a');
    const events: string[] = [];
    const call = calls.make(live(), async (signal) => {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      events.push('ended');
    });
    const closed = calls.close().then(() => events.push('closed'));
    await expect(call).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CLOSED' });
    await closed;
    expect(events).toEqual(['ended', 'closed']);
  });
});
