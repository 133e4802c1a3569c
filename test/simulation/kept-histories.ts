import type { History } from './history.js';

/** A history that an earlier elector did not survive, as small as fast-check could make it. */
export interface KeptHistory {
  /** What went wrong. */
  readonly fault: string;
  readonly history: History;
}

export const KEPT_HISTORIES: readonly KeptHistory[] = [
  {
    fault: 'A standby took a lease at once whose record had vanished, while its holder worked on.',
    history: {
      engine: 'remembers',
      leaseDuration: 6000,
      stopTimeout: 4000,
      candidates: [
        {
          rate: 0.9,
          loops: [{ manner: 'careful', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'careful', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
      ],
      latency: 5,
      faults: [{ kind: 'record deleted', moment: 'any', at: 3358, who: 0, lasts: 100 }],
      noise: 2043125804,
      renewDeadline: 3000,
      retryPeriod: 1000,
    },
  },
  {
    fault: 'A candidate that was told to end while its winning write was in flight left the lease to lapse.',
    history: {
      engine: 'remembers',
      leaseDuration: 6000,
      stopTimeout: 4000,
      candidates: [
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 2, stepLength: 244, lingering: 0.6 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
      ],
      latency: 5,
      faults: [
        { kind: 'terminate', moment: 'write', at: 10, who: 1, lasts: 100 },
        { kind: 'engine forgets', moment: 'any', at: 28383, who: 0, lasts: 100 },
      ],
      noise: 212669251,
      renewDeadline: 3000,
      retryPeriod: 1000,
    },
  },
  {
    fault: 'A leader took the record of another for its own, since an old version had come back.',
    history: {
      engine: 'forgets',
      leaseDuration: 6000,
      stopTimeout: 4000,
      candidates: [
        {
          rate: 0.9,
          loops: [{ manner: 'careful', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'careful', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
      ],
      latency: 5,
      faults: [
        { kind: 'kill', moment: 'any', at: 7, who: 1, lasts: 100 },
        { kind: 'engine forgets', moment: 'any', at: 10224, who: 0, lasts: 100 },
      ],
      noise: 1676566596,
      renewDeadline: 3000,
      retryPeriod: 1000,
    },
  },
  {
    fault: 'The fencing token vanished from a run that was drained, although the lease was held.',
    history: {
      engine: 'remembers',
      leaseDuration: 6000,
      stopTimeout: 4000,
      candidates: [
        {
          rate: 0.9,
          loops: [{ manner: 'careful', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [
            { manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0 },
            { manner: 'stubborn', period: 300, steps: 1, stepLength: 50, lingering: 0 },
          ],
          hasCallback: false,
        },
      ],
      latency: 11,
      faults: [{ kind: 'terminate', moment: 'any', at: 24889, who: 3, lasts: 8214 }],
      noise: 1499622050,
      renewDeadline: 3000,
      retryPeriod: 1000,
    },
  },
  {
    fault: 'onStoppedLeading was called when the runs were told to stop, long before they had ended.',
    history: {
      engine: 'remembers',
      leaseDuration: 6000,
      stopTimeout: 4000,
      candidates: [
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
      ],
      latency: 5,
      faults: [{ kind: 'requests lost', moment: 'any', at: 0, who: 3, lasts: 100 }],
      noise: 657533253,
      renewDeadline: 3000,
      retryPeriod: 1000,
    },
  },
  {
    fault: 'A standby took a live lease for an expired one, since an old version had come back.',
    history: {
      engine: 'forgets',
      leaseDuration: 6000,
      stopTimeout: 4000,
      candidates: [
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0.98 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0.98 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'careful', period: 300, steps: 1, stepLength: 50, lingering: 0.98 }],
          hasCallback: false,
        },
      ],
      latency: 31,
      faults: [
        { kind: 'long pause', moment: 'any', at: 36, who: 2, lasts: 8225 },
        { kind: 'engine forgets', moment: 'any', at: 4617, who: 0, lasts: 100 },
      ],
      noise: 1805675951,
      renewDeadline: 3000,
      retryPeriod: 1000,
    },
  },
  {
    fault:
      'A timer fired a hair before the fence, because a clock rounds, and the term went on past its fence.',
    history: {
      engine: 'remembers',
      leaseDuration: 6465,
      stopTimeout: 4000,
      candidates: [
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
        {
          rate: 0.92,
          loops: [
            { manner: 'careful', period: 2636, steps: 1, stepLength: 1096, lingering: 0 },
            { manner: 'prompt', period: 1503, steps: 1, stepLength: 1404, lingering: 0 },
            { manner: 'careful', period: 1074, steps: 1, stepLength: 1003, lingering: 0 },
          ],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'stubborn', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
      ],
      latency: 60,
      faults: [
        { kind: 'partition', moment: 'any', at: 23377, who: 1, lasts: 2788 },
        { kind: 'partition', moment: 'any', at: 13699, who: 1, lasts: 709 },
      ],
      noise: 342190416,
      renewDeadline: 3750,
      retryPeriod: 639,
    },
  },
  {
    fault: 'a stuck leader that was told to end released its lease, although a run still went on',
    history: {
      engine: 'remembers',
      leaseDuration: 10779,
      stopTimeout: 4000,
      candidates: [
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [
            { manner: 'prompt', period: 300, steps: 1, stepLength: 497, lingering: 0.98 },
            { manner: 'stubborn', period: 1018, steps: 2, stepLength: 1411, lingering: 0.06 },
          ],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0.98 }],
          hasCallback: false,
        },
        {
          rate: 0.9,
          loops: [{ manner: 'prompt', period: 300, steps: 1, stepLength: 50, lingering: 0 }],
          hasCallback: false,
        },
      ],
      latency: 16,
      faults: [
        { kind: 'engine down', moment: 'any', at: 55361, who: 0, lasts: 4992 },
        { kind: 'record deleted', moment: 'any', at: 46356, who: 0, lasts: 100 },
        { kind: 'terminate', moment: 'any', at: 65784, who: 1, lasts: 100 },
      ],
      noise: 123641743,
      renewDeadline: 5390,
      retryPeriod: 1797,
    },
  },
];
