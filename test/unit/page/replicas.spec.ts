import { describe, expect, it } from '@jest/globals';
import {
  isLost,
  isSilent,
  shownReplica,
  withAnswer,
  type Replica,
} from '../../../src/page/client/state/replicas.js';
import { failingLoop, pageData, pageLoop } from '../../support/page-client.js';

const answerOf = (instance: string): ReturnType<typeof pageData> => pageData([], { instance });

function afterAnswers(...answers: readonly (readonly [instance: string, now: number])[]): readonly Replica[] {
  return answers.reduce<readonly Replica[]>(
    (replicas, [instance, now]) => withAnswer(replicas, answerOf(instance), now),
    [],
  );
}

const instances = (replicas: readonly Replica[]): string[] => replicas.map(({ data }) => data.instance);

describe('the replicas that have answered', () => {
  it('stand in the order of their names, whoever answered last', () => {
    expect(instances(afterAnswers(['b', 0], ['a', 1], ['b', 2]))).toEqual(['a', 'b']);
  });

  it('are lost after a minute, and forgotten after ten', () => {
    const replicas = afterAnswers(['a', 0], ['b', 60_000]);
    expect(replicas.map((replica) => isLost(replica, 59_999))).toEqual([false, false]);
    expect(replicas.map((replica) => isLost(replica, 60_000))).toEqual([true, false]);
    expect(instances(withAnswer(replicas, answerOf('b'), 599_999))).toEqual(['a', 'b']);
    expect(instances(withAnswer(replicas, answerOf('b'), 600_000))).toEqual(['b']);
  });

  it('are silent once they have missed more than three answers for each replica', () => {
    const missed = (answers: number): readonly Replica[] =>
      afterAnswers(['a', 0], ...Array.from({ length: answers }, () => ['b', 1] as const));
    const silent = (replicas: readonly Replica[]): boolean[] =>
      replicas.map((replica) => isSilent(replica, replicas));
    expect(silent(missed(6))).toEqual([false, false]);
    expect(silent(missed(7))).toEqual([true, false]);
  });

  it('are not shown in turn: the first one stays', () => {
    expect(shownReplica(afterAnswers(['b', 0]), undefined, false)?.data.instance).toBe('b');
    expect(shownReplica(afterAnswers(['b', 0], ['a', 1]), 'b', false)?.data.instance).toBe('b');
  });

  it('are shown until they have missed many answers, unless somebody has chosen one', () => {
    const others = (answers: number): readonly Replica[] =>
      afterAnswers(['old', 0], ...Array.from({ length: answers }, () => ['new', 1] as const));
    expect(shownReplica(others(10), 'old', false)?.data.instance).toBe('old');
    expect(shownReplica(others(11), 'old', false)?.data.instance).toBe('new');
    expect(shownReplica(others(11), 'old', true)?.data.instance).toBe('old');
    expect(shownReplica(others(11), 'gone', true)?.data.instance).toBe('new');
  });

  it('keep the object of a loop that has not changed, so that only the others are drawn again', () => {
    const first = withAnswer([], pageData([pageLoop('A'), pageLoop('B')]), 0);
    const second = withAnswer(first, pageData([pageLoop('A'), failingLoop('B')]), 1);
    const [before, after] = [first, second].map(([replica]) => replica?.data.loops ?? []);
    expect(after?.[0]).toBe(before?.[0]);
    expect(after?.[1]).toEqual(failingLoop('B'));
  });
});
