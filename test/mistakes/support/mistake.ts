import { expect } from '@jest/globals';
import { WaitError, type WaitErrorCode } from 'nestjs-wait';

/** A mistake that somebody makes, and the sentence that it must get. */
export interface Row {
  /** Goes on after "refuses". */
  readonly title: string;
  /** Default: `WAIT_ERR_INVALID_OPTION`. */
  readonly wantCode?: WaitErrorCode;
  /** What the text must hold: the loop, the option, the value, and a word of the remedy. */
  readonly wantWords: readonly (string | RegExp)[];
}

/** A row that can be put to the test. */
export interface Mistake extends Row {
  /**
   * Makes the mistake, looks that nothing is left of it, and that all is well without it.
   *
   * @returns What was thrown.
   */
  readonly provoke: () => Promise<unknown>;
}

const LONGEST_TEXT = 600;
// It ends as a sentence does, or with a command to copy.
const ONE_LINE = /^[\x20-\x7e\u00a0-\uffff]+(?:\.|\bnpm install \S+)$/;

export function codeOf({ wantCode = 'WAIT_ERR_INVALID_OPTION' }: Row): WaitErrorCode {
  return wantCode;
}

/** Expects one clear sentence, on one line, whatever the value was. */
export function expectSentence(error: unknown, row: Row): void {
  expect(error).toBeInstanceOf(WaitError);
  const { code, message } = error as WaitError;
  expect(code).toBe(codeOf(row));
  for (const word of row.wantWords) {
    expect(message).toMatch(word);
  }
  expect(message).toMatch(ONE_LINE);
  expect(message.length).toBeLessThanOrEqual(LONGEST_TEXT);
}

/** What a call throws at once; `undefined` where it does not. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What a call throws or rejects with; `undefined` where it does neither. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}
