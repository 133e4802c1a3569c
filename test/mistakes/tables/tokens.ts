import { Test } from '@nestjs/testing';
import { WAIT_CLOCK, WAIT_LOGGER, WAIT_OPTIONS, WAIT_RANDOM, WaitModule } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { Bystander, initError } from '../support/application.js';
import type { Mistake, Row } from '../support/mistake.js';

interface TokenRow extends Row {
  readonly token: symbol;
  readonly value: unknown;
}

const rows: readonly TokenRow[] = [
  {
    title: 'the class of a clock instead of a clock',
    token: WAIT_CLOCK,
    value: FakeClock,
    wantWords: ['WAIT_CLOCK', 'FakeClock', 'newTimer()'],
  },
  {
    title: 'a clock whose time of day is a Date',
    token: WAIT_CLOCK,
    value: { now: () => 0, newTimer: () => undefined, wallNow: new Date(0) },
    wantWords: ['WAIT_CLOCK', 'wallNow', '1970-01-01', 'Date.now()'],
  },
  { title: 'no clock', token: WAIT_CLOCK, value: null, wantWords: ['WAIT_CLOCK', 'null'] },
  { title: 'a number for random numbers', token: WAIT_RANDOM, value: 0.5, wantWords: ['WAIT_RANDOM', '0.5'] },
  { title: 'no logger', token: WAIT_LOGGER, value: null, wantWords: ['WAIT_LOGGER', 'null'] },
  {
    title: 'a logger that is a function',
    token: WAIT_LOGGER,
    value: console.log,
    wantWords: ['WAIT_LOGGER', 'warn()'],
  },
  {
    title: 'no options',
    token: WAIT_OPTIONS,
    value: null,
    wantWords: ['WaitModule.forRoot', 'null', '{}'],
  },
];

/** Values with which a test replaces a provider of the module, and which the module cannot use. */
export const tokens: readonly Mistake[] = rows.map(({ token, value, ...row }) => ({
  ...row,
  provoke: () => {
    const builder = Test.createTestingModule({ imports: [WaitModule.forRoot()], providers: [Bystander] });
    return initError(builder.overrideProvider(token).useValue(value));
  },
}));
