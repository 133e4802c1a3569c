import type { Mistake } from '../support/mistake.js';
import { around } from './around.js';
import { checks } from './checks.js';
import { coreLoops } from './core-loops.js';
import { coreValues } from './core-values.js';
import { decorators } from './decorators.js';
import { defaults } from './defaults.js';
import { elections } from './elections.js';
import { fakeCluster } from './fake-cluster.js';
import { locks } from './locks.js';
import { loopOptions } from './loop-options.js';
import { moduleOptions } from './module-options.js';
import { names } from './names.js';
import { openTelemetry } from './opentelemetry.js';
import { overrides } from './overrides.js';
import { page } from './page.js';
import { polls } from './polls.js';
import { prometheus } from './prometheus.js';
import { service } from './service.js';
import { sharedRecords } from './shared-records.js';
import { steering } from './steering.js';
import { tokens } from './tokens.js';
import { triggers } from './triggers.js';
import { updates } from './updates.js';

/** Every mistake of the table, by who refuses it. */
export const tables: readonly { readonly who: string; readonly mistakes: readonly Mistake[] }[] = [
  { who: 'an option of a loop', mistakes: loopOptions },
  { who: 'a loop decorator', mistakes: decorators },
  { who: 'WaitModule', mistakes: moduleOptions },
  { who: 'a token of WaitModule', mistakes: tokens },
  { who: 'the leaderElection of WaitModule', mistakes: elections },
  { who: 'WaitModule with two groups of leaderElection', mistakes: sharedRecords },
  { who: 'the defaults of WaitModule', mistakes: defaults },
  { who: 'the loops of WaitModule', mistakes: overrides },
  { who: 'the name of a loop', mistakes: names },
  { who: 'BackoffUntilService', mistakes: service },
  { who: 'the pauses of LoopHandle and LoopRegistry', mistakes: steering },
  { who: 'LoopHandle.update', mistakes: updates },
  { who: 'a run that somebody asks for', mistakes: triggers },
  { who: 'what surrounds runs, or listens to them', mistakes: around },
  { who: 'a check of the loops', mistakes: checks },
  { who: 'a loop of the core', mistakes: coreLoops },
  { who: 'the other functions of the core', mistakes: coreValues },
  { who: 'a poll function', mistakes: polls },
  { who: 'a lock or an elector', mistakes: locks },
  { who: 'FakeCluster', mistakes: fakeCluster },
  { who: 'WaitOpenTelemetryModule', mistakes: openTelemetry },
  { who: 'WaitPageModule', mistakes: page },
  { who: 'WaitPrometheusModule', mistakes: prometheus },
];
