import { describe, expect, it, jest } from '@jest/globals';
import { RedisLock } from 'nestjs-wait/leader-election/redis';

const live = (): AbortSignal => new AbortController().signal;
const GIVEN_UP = 'given up';

/** A lock on an adapter whose calls behave as `answer`, and a promise of the first call. */
function lockOn(answer: () => Promise<unknown>) {
  const evaluate = jest.fn(answer);
  const asked = new Promise<void>((resolve) => {
    evaluate.mockImplementationOnce(() => {
      resolve();
      return answer();
    });
  });
  return { lock: new RedisLock({ key: 'a', client: { eval: evaluate } }), evaluate, asked };
}

describe('a RedisLock on an adapter that knows no signals', () => {
  it('gives up a call that is not answered', async () => {
    const { lock, asked } = lockOn(() => new Promise(() => {}));
    const giveUp = new AbortController();
    const call = lock.get(giveUp.signal);
    await asked;
    giveUp.abort(new Error(GIVEN_UP));
    await expect(call).rejects.toThrow(GIVEN_UP);
  });

  it('does not make a call that was given up before', async () => {
    const { lock, evaluate } = lockOn(async () => [null]);
    await expect(lock.get(AbortSignal.abort(new Error(GIVEN_UP)))).rejects.toThrow(GIVEN_UP);
    expect(evaluate).not.toHaveBeenCalled();
  });

  it('does not make a call when it is closed while it gets ready', async () => {
    const { lock, evaluate } = lockOn(async () => [null]);
    const [call] = await Promise.allSettled([lock.get(live()), lock.close()]);
    expect(call).toMatchObject({ reason: { code: 'WAIT_ERR_LOCK_CLOSED' } });
    expect(evaluate).not.toHaveBeenCalled();
  });

  it('says that it is closed when a call fails after that', async () => {
    let fail: (error: Error) => void = () => {};
    const { lock, asked } = lockOn(() => new Promise((_resolve, reject) => (fail = reject)));
    const call = lock.get(live());
    await asked;
    await lock.close();
    fail(new Error('Connection is closed.'));
    await expect(call).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CLOSED' });
  });
});
