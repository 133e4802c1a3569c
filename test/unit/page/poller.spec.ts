import { describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-wait/testing';
import { NoAnswer } from '../../../src/page/client/server/no-answer.js';
import { Poller, type Failure } from '../../../src/page/client/server/poller.js';

const REFRESH = 2000;

/** A question to the server, which the test answers. */
interface Question {
  readonly at: number;
  readonly signal: AbortSignal;
  answer(): void;
  refuse(error: unknown): void;
}

function polling(): { clock: FakeClock; poller: Poller; questions: Question[]; failures: Failure[] } {
  const clock = new FakeClock();
  const questions: Question[] = [];
  const failures: Failure[] = [];
  const ask = (signal: AbortSignal): Promise<number> =>
    new Promise((resolve, refuse) => {
      questions.push({ at: clock.now(), signal, answer: () => resolve(REFRESH), refuse });
    });
  return { clock, poller: new Poller(clock, ask, (failure) => failures.push(failure)), questions, failures };
}

describe('the poller', () => {
  it('asks again when the pause that the server wants has passed since its answer', async () => {
    const { clock, poller, questions } = polling();
    poller.askNow();
    await clock.advance(500);
    questions[0]?.answer();
    await clock.advance(1999);
    expect(questions).toHaveLength(1);
    await clock.advance(1);
    expect(questions.map(({ at }) => at)).toEqual([0, 2500]);
  });

  it('doubles its pause with each failure, up to a minute, and tells when it asks again', async () => {
    const { clock, poller, questions, failures } = polling();
    poller.askNow();
    for (let failure = 0; failure < 7; failure++) {
      questions.at(-1)?.refuse(new NoAnswer('No.'));
      await clock.advance(0);
      await clock.advance((failures.at(-1)?.nextTry ?? 0) - clock.now());
    }
    expect(questions.map(({ at }) => at)).toEqual([
      0, 4000, 12_000, 28_000, 60_000, 120_000, 180_000, 240_000,
    ]);
    expect(failures[0]).toEqual({ why: 'No.', nextTry: 4000 });
  });

  it('asks as often as before after an answer', async () => {
    const { clock, poller, questions } = polling();
    poller.askNow();
    questions[0]?.refuse(new NoAnswer('No.'));
    await clock.advance(4000);
    questions[1]?.answer();
    await clock.advance(2000);
    questions[2]?.refuse(new NoAnswer('No.'));
    await clock.advance(4000);
    expect(questions.map(({ at }) => at)).toEqual([0, 4000, 6000, 10_000]);
  });

  it('leaves the server alone for as long as it wants', async () => {
    const { clock, poller, questions, failures } = polling();
    poller.askNow();
    questions[0]?.refuse(new NoAnswer('The server was asked too often.', { retryAfter: 90_000 }));
    await clock.advance(89_999);
    expect(questions).toHaveLength(1);
    expect(failures).toEqual([{ why: 'The server was asked too often.', nextTry: 90_000 }]);
    await clock.advance(1);
    expect(questions).toHaveLength(2);
  });

  it('gives up a question after 10 s', async () => {
    const { clock, poller, questions, failures } = polling();
    poller.askNow();
    await clock.advance(9999);
    expect(questions[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(questions[0]?.signal.aborted).toBe(true);
    expect(failures).toEqual([{ why: 'The server has not answered within 10 s.', nextTry: 14_000 }]);
    await clock.advance(4000);
    expect(questions).toHaveLength(2);
  });

  it('forgets a question when it asks at once, and does not listen to what comes of it', async () => {
    const { clock, poller, questions, failures } = polling();
    poller.askNow();
    poller.askNow();
    expect(questions[0]?.signal.aborted).toBe(true);
    questions[0]?.refuse(new NoAnswer('No.'));
    await clock.advance(0);
    expect(failures).toEqual([]);
    questions[1]?.answer();
    await clock.advance(2000);
    expect(questions).toHaveLength(3);
  });

  it('asks nothing while it is paused, and at once when it is resumed', async () => {
    const { clock, poller, questions } = polling();
    poller.askNow();
    questions[0]?.answer();
    await clock.advance(0);
    poller.pause();
    expect(clock.armedTimers).toBe(0);
    poller.askNow();
    await clock.advance(600_000);
    expect(questions).toHaveLength(1);
    poller.resume();
    expect(questions.map(({ at }) => at)).toEqual([0, 600_000]);
  });

  it('forgets a question when it is paused', async () => {
    const { clock, poller, questions, failures } = polling();
    poller.askNow();
    poller.pause();
    expect(questions[0]?.signal.aborted).toBe(true);
    questions[0]?.answer();
    await clock.advance(600_000);
    expect([questions.length, failures.length, clock.armedTimers]).toEqual([1, 0, 0]);
  });

  it('tells a fault of its own, too, and goes on', async () => {
    const { clock, poller, questions, failures } = polling();
    poller.askNow();
    questions[0]?.refuse(new TypeError('x is not a function'));
    await clock.advance(4000);
    expect(failures[0]?.why).toBe('The page has a fault: TypeError: x is not a function');
    expect(questions).toHaveLength(2);
  });
});
