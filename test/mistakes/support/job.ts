import type { Type } from '@nestjs/common';
import { BackoffUntil, Forever, JitterUntil, NonSlidingUntil, Until } from 'nestjs-wait';

/** The decorators, for arguments that do not compile. */
export const DECORATORS = { Until, NonSlidingUntil, JitterUntil, BackoffUntil, Forever } as unknown as Record<
  Kind,
  (input?: unknown) => (target: object, key: string, descriptor: PropertyDescriptor) => void
>;

export type Kind = 'Until' | 'NonSlidingUntil' | 'JitterUntil' | 'BackoffUntil' | 'Forever';

/** The shortest options with which each loop runs. */
export const RIGHT: Readonly<Record<Kind, object>> = {
  Until: { period: '5s' },
  NonSlidingUntil: { period: '5s' },
  JitterUntil: { period: '5s', jitter: 1 },
  BackoffUntil: {},
  Forever: { period: '5s' },
};

/** Defines a provider `Job` whose method `tick` is a loop. */
export function jobWith(kind: Kind, ...input: readonly unknown[]): Type {
  class Job {
    tick(): void {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Job.prototype, 'tick') as PropertyDescriptor;
  DECORATORS[kind](...(input as [unknown]))(Job.prototype, 'tick', descriptor);
  return Job;
}
