import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryLock, InMemoryLockStore, LeaderElector, lockConflict } from 'nestjs-wait/leader-election';
import { FakeClock } from 'nestjs-wait/testing';
import { ScriptedLock } from './support/scripted-lock.js';

const DURATIONS = { leaseDuration: 3000, renewDeadline: 1000, retryPeriod: 500 };

describe('LeaderElector', () => {
  let clock: FakeClock;
  let store: InMemoryLockStore;
  let lines: string[];
  let stop: AbortController;
  let runs: Promise<void>[];

  beforeEach(() => {
    clock = new FakeClock();
    store = new InMemoryLockStore();
    lines = [];
    stop = new AbortController();
    runs = [];
  });

  afterEach(async () => {
    stop.abort();
    await clock.advance(60_000);
    await Promise.all(runs);
    expect(clock.armedTimers).toBe(0);
  });

  const newLock = (identity: string): ScriptedLock =>
    new ScriptedLock(new InMemoryLock({ store, identity }), clock);

  function start(lock: ScriptedLock, log = (text: string): unknown => lines.push(text)): void {
    const elector = new LeaderElector(
      {
        lock,
        name: lock.identity(),
        callbacks: { onStartedLeading: () => {}, onStoppedLeading: () => {} },
        ...DURATIONS,
      },
      {
        clock,
        random: () => 0,
        logger: {
          log: (text) => void log(text),
          warn: (text) => void lines.push(`warning: ${text}`),
          debug: (text) => void lines.push(`debug: ${text}`),
        },
      },
    );
    runs.push(elector.run(stop.signal));
  }

  const shown = (): string[] => lines.filter((line) => !line.startsWith('debug: '));

  describe('reports a lock that fails', () => {
    it('at once, then with a count once a minute, and once more when it works again', async () => {
      const lock = newLock('a');
      lock.fail('get', new Error('no connection'));
      start(lock);
      await clock.advance(59_999);
      expect(shown()).toEqual(['warning: a: no connection']);
      await clock.advance(60_001);
      expect(shown().slice(1)).toEqual([
        'warning: a: no connection (121 failed calls in 1m)',
        'warning: a: no connection (241 failed calls in 2m)',
      ]);
      lock.fail('get', new Error(), 0);
      await clock.advance(500);
      expect(shown().slice(3)).toEqual([
        'a: its lock works again, after 241 failed calls in 2m1s',
        'a: became leader',
      ]);
    });

    it('anew, when it has worked in between', async () => {
      const lock = newLock('a');
      lock.fail('get', new Error('no connection'), 1);
      start(lock);
      await clock.advance(60_000);
      lock.fail('update', new Error('no memory'), 1);
      await clock.advance(10_000);
      expect(shown()).toEqual([
        'warning: a: no connection',
        'a: its lock works again, after 1 failed call in 500ms',
        'a: became leader',
        'warning: a: no memory',
        'a: its lock works again, after 1 failed call in 0ms',
      ]);
    });

    it('and leads when it works again, even if the logger throws', async () => {
      const lock = newLock('a');
      lock.fail('get', new Error('no connection'), 1);
      start(lock, (text) => {
        lines.push(text);
        if (text.includes('works again')) {
          throw new Error('disk full');
        }
      });
      await clock.advance(5000);
      expect(shown()).toEqual([
        'warning: a: no connection',
        'a: its lock works again, after 1 failed call in 500ms',
        'a: became leader',
      ]);
    });

    it('with the cause, where the error itself hides it', async () => {
      const lock = newLock('a');
      const cause = new Error('connect ECONNREFUSED 127.0.0.1:6443');
      lock.fail('get', new TypeError('fetch failed', { cause }), 1);
      start(lock);
      await clock.advance(0);
      expect(shown()).toEqual(['warning: a: fetch failed (caused by: connect ECONNREFUSED 127.0.0.1:6443)']);
    });

    it('but not when another candidate was faster, which shows that the lock works', async () => {
      const lock = newLock('a');
      lock.fail('get', new Error('no connection'), 1);
      lock.fail('create', lockConflict('leader'), 1);
      start(lock);
      await clock.advance(500);
      expect(lines).toEqual([
        'warning: a: no connection',
        'a: its lock works again, after 1 failed call in 500ms',
        'debug: a: leader: the record is not the one that was seen last. Read it again before the next write.',
      ]);
    });

    it('when it does not answer in time, and names it', async () => {
      const lock = newLock('a');
      lock.hang();
      start(lock);
      await clock.advance(999);
      expect(lines).toEqual([]);
      await clock.advance(1);
      expect(lines).toEqual([
        'warning: a: leader (in memory) has not answered within 1s. Check that its server runs, can be reached, and is not overloaded.',
      ]);
    });

    it('but not a conflict, which is no failure', async () => {
      const lock = newLock('a');
      lock.fail('create', lockConflict('leader'), 1);
      start(lock);
      await clock.advance(500);
      expect(shown()).toEqual(['a: became leader']);
    });

    it('at most once a minute when it works again and again', async () => {
      const lock = newLock('a');
      lock.beforeEach = () => {
        if (clock.now() % 4000 < 2000) {
          throw new Error('now and then');
        }
      };
      start(lock);
      await clock.advance(179_999);
      const of = (words: string): string[] => shown().filter((line) => line.includes(words));
      expect(of('warning: a: now and then')).toHaveLength(3);
      expect(of('works again')).toHaveLength(3);
    });

    it('also with the error of a client that has given up by itself', async () => {
      const lock = newLock('a');
      lock.fail('get', new DOMException('Connection is closed.', 'AbortError'), 1);
      start(lock);
      await clock.advance(0);
      expect(shown()).toEqual(['warning: a: Connection is closed.']);
    });

    it('but not when the call was given up because the candidate ends', async () => {
      const lock = newLock('a');
      lock.hang();
      start(lock);
      await clock.advance(100);
      stop.abort();
      await clock.advance(60_000);
      expect(shown()).toEqual([]);
    });
  });

  it('says why it could not release its lease, with the cause', async () => {
    const lock = newLock('a');
    start(lock);
    await clock.advance(0);
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:6443');
    lock.fail('get', new TypeError('fetch failed', { cause }));
    stop.abort();
    await clock.advance(60_000);
    expect(shown().at(-1)).toBe(
      'warning: a: the lease could not be released and is left to lapse: fetch failed (caused by: connect ECONNREFUSED 127.0.0.1:6443)',
    );
  });

  it('says on every other candidate who leads, once for each leader', async () => {
    start(newLock('a'));
    await clock.advance(0);
    start(newLock('b'));
    await clock.advance(10_000);
    expect(shown()).toEqual(['a: became leader', 'b: a leads']);
  });

  describe('prepares its lock', () => {
    it('for as long as it takes, which does not shorten the time for its first request', async () => {
      const lock = newLock('a');
      lock.delay('get', 900); // of 1000 ms
      lock.prepare = () => clock.sleep(5000);
      start(lock);
      await clock.advance(5900);
      expect(lines).toEqual(['a: became leader']);
    });

    it('again with the next attempt when that has failed', async () => {
      const lock = newLock('a');
      let attempts = 0;
      lock.prepare = async () => {
        attempts++;
        if (attempts === 1) {
          throw new Error('not installed');
        }
      };
      start(lock);
      await clock.advance(0);
      expect(shown()).toEqual(['warning: a: not installed']);
      expect(lock.calls).toEqual([]);
      await clock.advance(500);
      expect(shown().at(-1)).toBe('a: became leader');
    });

    it('and ends although that never ends', async () => {
      const lock = newLock('a');
      lock.prepare = () => new Promise<void>(() => {});
      start(lock);
      await clock.advance(100);
      stop.abort();
      await expect(Promise.all(runs)).resolves.toEqual([undefined]);
    });
  });
});
