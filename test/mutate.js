// Makes each mistake below in a copy of the sources, and fails unless a test turns red for it. `npm run
// mutate` makes all, `npm run mutate -- crash` those whose name contains a word.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const LOOP = 'src/core/loop/loop.ts';
const CLOCK = 'src/core/time/real-clock.ts';
const SHARED = 'src/core/time/shared-timeouts.ts';
const MANAGER = 'src/core/waits/exponential.ts';
const LAUNCHER = 'src/nest/run/loop.launcher.ts';
const MANAGED = 'src/nest/run/managed-loop.ts';
const LOOP_UPDATE = 'src/nest/run/loop-update.ts';
const CURRENT_RUN = 'src/nest/run/current-run.ts';
const DESCRIBE = 'src/nest/run/describe-loop.ts';
const DRAIN = 'src/nest/run/drain.ts';
const HUNG_SWEEP = 'src/nest/run/hung-sweep.ts';
const RUN_REQUEST = 'src/nest/run/run-request.ts';
const STEERING = 'src/nest/run/steering.ts';
const WAIT_PLAN = 'src/nest/run/wait-plan.ts';
const WORKERS = 'src/nest/steer/workers-handle.ts';
const FAILURE_LOG = 'src/nest/run/failure-log.ts';
const AROUND_RUNS = 'src/nest/run/around-runs.ts';
const PASSAGE = 'src/nest/run/passage.ts';
const NEXT_PROMISE = 'src/nest/run/next-promise.ts';
const REST_OF_RUN = 'src/nest/run/rest-of-run.ts';
const RUN_IN_PROGRESS = 'src/nest/run/run-in-progress.ts';
const LOOP_EVENTS = 'src/nest/run/loop-events.ts';
const OTEL_REPORTER = 'src/opentelemetry/loop.reporter.ts';
const OTEL_INSTRUMENTS = 'src/opentelemetry/loop-instruments.ts';
const OTEL_CLAIM = 'src/opentelemetry/provider-claim.ts';
const OTEL_TRACER = 'src/opentelemetry/run-tracer.ts';
const FAILURE_STREAK = 'src/nest/run/failure-streak.ts';
const START_HOOKS = 'src/nest/run/start-hooks.ts';
const LOOP_METRICS = 'src/nest/observe/loop-metrics.ts';
const SERIES_NAMES = 'src/nest/observe/series-names.ts';
const SERIES_TALLY = 'src/nest/observe/series-tally.ts';
const CHECK_LOOPS = 'src/nest/observe/check-loops.ts';
const REGISTRATION = 'src/prometheus/registration.ts';
const LEADER_ONLY = 'src/nest/leader/leader-only-loop.ts';
const ELECTOR = 'src/leader-election/leader-elector.ts';
const TERM = 'src/leader-election/term.ts';
const LEASE = 'src/leader-election/lease.ts';
const LOCK_LOG = 'src/leader-election/lock-log.ts';
const POOL_SESSION = 'src/leader-election/postgres/pool-session.ts';
const REPLICA = 'src/testing/replica.ts';
const FLEET = 'src/testing/fleet.ts';
const CLUSTER = 'src/testing/fake-cluster.ts';
const REFUSAL = 'src/leader-election/kubernetes/refusal.ts';
const LOOP_OVERVIEW = 'src/nest/observe/loop-overview.ts';
const LOOP_DEFAULTS = 'src/nest/declare/loop-defaults.ts';
const OPTION_SOURCES = 'src/nest/declare/option-sources.ts';
const RESOLVE_LOOP = 'src/nest/declare/resolve-loop.ts';
const UPDATE_LOOP = 'src/nest/declare/update-loop.ts';
const DESCRIBE_OPTIONS = 'src/page/describe-options.ts';
const LOOP_HISTORY = 'src/page/loop-history.ts';
const LOOP_TEXTS = 'src/page/loop-texts.ts';
const PAGE_QUERY = 'src/page/page-query.ts';
const PAGE_SOURCE = 'src/page/page-data-source.ts';
const PAGE_VIEW = 'src/page/page-view.ts';
const RUN_RING = 'src/page/run-ring.ts';
const SEARCH_TEXTS = 'src/page/search-texts.ts';

const MUTATIONS = [
  {
    name: '>= for > in the reset rule',
    file: MANAGER,
    edits: [['> this.resetNanoseconds', '>= this.resetNanoseconds']],
    tests: 'conformance/managers',
  },
  {
    name: 'rounding instead of truncation',
    file: 'src/core/waits/jitter.ts',
    edits: [['Math.trunc(', 'Math.round(']],
    tests: 'conformance/jitter',
  },
  {
    name: 'grid catch-up after an overrun',
    file: LOOP,
    edits: [
      [
        'this.timer.reset(delay);',
        `const now = this.environment.clock.now();
    this.grid = Math.max(this.grid ?? 0, this.sliding ? now : 0) + delay;
    this.timer.reset(this.grid - now);`,
      ],
    ],
    tests: 'conformance/loops',
  },
  {
    name: 'jitter clipped at the cap',
    file: 'src/core/waits/growing-delay.ts',
    edits: [
      [
        'stretch(duration, this.jitter, this.#random) : duration',
        'Math.min(stretch(duration, this.jitter, this.#random), this.cap || Infinity) : duration',
      ],
    ],
    tests: 'conformance/managers',
  },
  {
    name: 'drawing the jitter after f in non-sliding mode',
    file: LOOP,
    edits: [
      [
        'if (!this.sliding) {\n      this.wait(this.nextDelay());',
        'if (!this.sliding) {\n      this.began = this.environment.clock.now();',
      ],
      ['if (this.sliding) {\n      this.wait(this.nextDelay());', '{\n      this.wait(this.nextDelay());'],
      [
        'this.timer.reset(delay);',
        'this.timer.reset(this.sliding ? delay : delay - (this.environment.clock.now() - this.began));',
      ],
    ],
    tests: 'conformance/loops',
  },
  {
    name: 'no re-check of stop when the timer came due too',
    file: LOOP,
    edits: [['while (!this.isStopping &&', 'while (!(this.isStopping && !this.isDue) &&']],
    tests: 'conformance/loops',
  },
  {
    name: 'no check of stop at the head of the loop',
    file: LOOP,
    edits: [['while (!this.isStopping &&', 'while (!(this.isStopping && this.runs > 0) &&']],
    tests: 'unit/core/backoff-until',
  },
  {
    name: 'not arming after a stop during a sliding run',
    file: LOOP,
    edits: [
      [
        'if (this.sliding) {\n      this.wait(this.nextDelay());',
        'if (this.sliding && !this.isStopping) {\n      this.wait(this.nextDelay());',
      ],
    ],
    tests: 'conformance/loops',
  },
  {
    name: 'a crash that skips the handlers',
    file: 'src/core/loop/crash.ts',
    edits: [['of requireCrashHandlers(crashHandlers, context.name))', 'of [] as CrashHandler[])']],
    tests: 'conformance/handle-crash',
  },
  {
    name: 'steps not restored by a reset',
    file: MANAGER,
    edits: [['      this.growth.steps = UNLIMITED_STEPS;\n', '']],
    tests: 'conformance/managers',
  },
  {
    name: 'abort listener left behind',
    file: 'src/core/stop/stop-channel.ts',
    edits: [["this.signal.removeEventListener('abort', this.aborted);", '']],
    tests: 'unit/core/backoff-until',
  },
  {
    name: 'a run that leaves its asynchronous context to the next',
    file: LOOP,
    edits: [
      ["return new AsyncResource('nestjs-wait').runInAsyncScope(this.run, this);", 'return this.run();'],
    ],
    tests: 'unit/core/backoff-until',
  },
  {
    name: 'a run in the asynchronous context of whatever ended its wait',
    file: LOOP,
    edits: [['this.context.runInAsyncScope(this.runApart, this)', 'this.runApart()']],
    tests: 'unit/core/backoff-until',
  },
  {
    name: 'a timer that is armed though the loop was stopped from within backoff()',
    file: LOOP,
    edits: [
      [
        "if (this.currentState === 'stopped') {\n      return; // the call",
        'if (false) {\n      return; // the call',
      ],
    ],
    tests: 'unit/core/backoff-until',
  },
  {
    name: 'a loop that hangs when its timer cannot be stopped',
    file: LOOP,
    edits: [['      ending ??= { error };', '      throw error;']],
    tests: 'unit/core/backoff-until',
  },
  {
    name: 'a delay that is used as it is, whatever the backoff manager returned',
    file: LOOP,
    edits: [['requireDelay(this.backoffManager.backoff(), this.work.name)', 'this.backoffManager.backoff()']],
    tests: 'unit/core/backoff-until',
  },
  {
    name: 'a timeout that is believed when it comes too early',
    file: SHARED,
    edits: [['if (wait.due > now &&', 'if (false &&']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'a clock that stands still and is asked again and again',
    file: SHARED,
    edits: [[' && now !== this.lookBefore', '']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'a clock that was replaced and is believed all the same',
    file: SHARED,
    edits: [[' && wait.due - now < MOST_EARLY', '']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'timeouts of fake timers that are shared with those of Node',
    file: CLOCK,
    edits: [['      this.timeouts = new SharedTimeouts(nodeTimers(), this);\n', '']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'an unreferenced Immediate, which wakes nobody',
    file: CLOCK,
    edits: [['if (delay > 0 || this.unref) {', 'if (delay > 0) {']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'a turn of the event loop that comes after the timer was disarmed',
    file: CLOCK,
    edits: [['    this.cancelTurn?.();\n', '']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'a long wait that ends with its first timeout',
    file: SHARED,
    edits: [['if (remaining > 0) {', 'if (remaining < 0) {']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'a wait that overtakes those of the millisecond before',
    file: SHARED,
    edits: [[' && timeouts.turns === 1', '']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'a shared timeout that outlives its waits',
    file: SHARED,
    edits: [['      this.timeouts.node.clearTimeout(this.handle);\n', '']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'one timeout for waits that hold the process open and those that do not',
    file: SHARED,
    edits: [['wait.unref ? this.unreferenced : this.holding', 'this.holding']],
    tests: 'unit/core/real-clock',
  },
  {
    name: 'waits of one shared timeout that end in one turn of the event loop',
    file: SHARED,
    edits: [['timeouts.node.setImmediate(endFirst);', 'endFirst();']],
    tests: 'process',
    project: 'nest-12',
  },
  {
    name: 'a signal that warns at the eleventh listener',
    file: 'src/core/stop/child-signal.ts',
    edits: [['  setMaxListeners(0, controller.signal);\n', '']],
    tests: 'process',
    project: 'nest-12',
  },
  {
    name: 'one signal for all runs of a loop',
    file: CURRENT_RUN,
    edits: [
      ['this.controller = newController();', 'this.controller ??= newController();'],
      ['    this.controller = undefined;\n', ''],
    ],
    tests: 'e2e/running',
    project: 'nest-12',
  },
  {
    name: 'a signal that does not know of the stop before it was made',
    file: CURRENT_RUN,
    edits: [['if (this.endRequest !== undefined) {', 'if (false) {']],
    tests: 'unit/nest/managed-loop',
  },
  {
    name: 'first runs that share one turn of the event loop',
    file: LAUNCHER,
    edits: [
      [
        'const loop = pending[next++];\n',
        'pending.splice(next, pending.length - next - 1).forEach((each) => each.start());\n      const loop = pending[next++];\n',
      ],
    ],
    tests: 'e2e/lifecycle',
    project: 'nest-12',
  },
  {
    name: 'a handle that settles when the first worker crashes',
    file: WORKERS,
    edits: [['await Promise.allSettled(loops', 'await Promise.all(loops']],
    tests: 'e2e/service',
    project: 'nest-12',
  },
  {
    name: 'a context that is watched when its loops have ended',
    file: LAUNCHER,
    edits: [['if (left === 0) {', 'if (left < 0) {']],
    tests: 'e2e/service',
    project: 'nest-12',
  },
  {
    name: 'a run that gave up because of the stop and counts as a failure',
    file: LOOP,
    edits: [['if (!isTimedOut && this.isStopping && isAbort(error, this.stopReason)) {', 'if (false) {']],
    tests: 'unit/core/crash',
  },
  {
    name: 'shutdown that waits for a lock forever',
    file: DRAIN,
    edits: [
      [
        'await patience.waitFor(locks, this.timeout === 0 ? DEFAULT_SHUTDOWN_TIMEOUT : undefined);',
        'await locks.ended;',
      ],
    ],
    tests: 'e2e/shutdown',
    project: 'nest-12',
  },
  {
    name: 'a release that takes longer than shutdown has time',
    file: ELECTOR,
    edits: [['stopTimeout === 0 ? RELEASE_TIMEOUT : stopTimeout - elapsed', 'Infinity']],
    tests: 'e2e/shutdown',
    project: 'nest-12',
  },
  {
    name: 'shutdown that waits and says nothing',
    file: 'src/nest/run/patience.ts',
    edits: [['this.reminder.reset(FIRST_REMINDER);', '']],
    tests: 'e2e/shutdown',
    project: 'nest-12',
  },
  {
    name: 'a loop that waits for itself forever',
    file: DRAIN,
    edits: [['deadline.reset(timeout);', '']],
    tests: 'e2e/shutdown',
    project: 'nest-12',
  },
  {
    name: 'a loop that starts while the application closes',
    file: LAUNCHER,
    edits: [['this.isClosing = true;', '']],
    tests: 'e2e/shutdown',
    project: 'nest-12',
  },
  {
    name: 'every failure in full',
    file: FAILURE_STREAK,
    edits: [['this.inARow <= SHOWN_IN_FULL && ', '']],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'a loop that fails every second time and floods the log',
    file: FAILURE_STREAK,
    edits: [[' && this.toldInMinute < MOST_A_MINUTE', '']],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'one failure among aborts that counts as an abort',
    file: 'src/core/loop/crash.ts',
    edits: [['errors.every((each)', 'errors.some((each)']],
    tests: 'unit/core/crash',
  },
  {
    name: 'a Ctrl-C that is listened to after the shutdown',
    file: 'src/nest/run/patience.ts',
    edits: [["process.off('SIGINT', this.runOut);", '']],
    tests: 'unit/nest/patience',
  },
  {
    name: 'failures that are counted and never told',
    file: FAILURE_LOG,
    edits: [['if (streak !== undefined && streak.untold > 0) {', 'if (streak === null) {']],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'a success that does not end the streak of failures',
    file: FAILURE_STREAK,
    edits: [['    this.inARow = 0;\n', '']],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'a name that forges a line of the log',
    file: 'src/core/values/error-text.ts',
    edits: [['text.replace(CONTROL, (character) => {', 'text.replace(/(?!)/, (character) => {']],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'an odd thrown value that ends the process',
    file: 'src/core/values/error-text.ts',
    edits: [['  } catch {\n    return undefined;\n  }', '  } finally {\n  }']],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'frames of this package in the log',
    file: 'src/core/values/error-text.ts',
    edits: [['return isOurs ||', 'return']],
    tests: 'unit/core/error-text',
  },
  {
    name: 'a logger that fails and ends the loop',
    file: 'src/nest/log/log-writer.ts',
    edits: [['    } catch (failure) {\n      failed(failure);\n    }', '    } finally {\n    }']],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'a line of a logger that fails without its loop',
    file: 'src/nest/log/log-writer.ts',
    edits: [['console.error(`[${where}] ${line}', 'console.error(`${line}']],
    tests: 'mistakes/crashes',
    project: 'nest-12',
  },
  {
    name: 'a name that forges a line of an error',
    file: 'src/core/errors.ts',
    edits: [['super(oneLine(message), options)', 'super(message, options)']],
    tests: 'unit/leader-election/redis-keys',
  },
  {
    name: 'a backoff manager that fails without the name of its loop',
    file: 'src/nest/declare/user-backoff-manager.ts',
    edits: [['`${this.loop}: ${what} failed', '`${what} failed']],
    tests: 'mistakes/crashes',
    project: 'nest-12',
  },
  {
    name: 'one lock for two elections',
    file: 'src/nest/declare/elections.ts',
    edits: [['if (one.lock === other.lock && ', 'if (false && ']],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'targets: two groups whose locks share one record',
    file: 'src/nest/declare/elections.ts',
    edits: [['&& isSameTarget(one.target, other.target)', '&& false']],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'targets: only the first parts are compared',
    file: 'src/leader-election/lock-target.ts',
    edits: [['one.every((part', 'one.slice(0, 2).every((part']],
    tests: 'mistakes/innocent',
    project: 'nest-12',
  },
  {
    name: 'targets: a target() that throws',
    file: 'src/leader-election/lock-target.ts',
    edits: [['throw invalid(`${method} has thrown', 'return []; throw invalid(`${method} has thrown']],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'targets: a target that is no method',
    file: 'src/leader-election/require-lock.ts',
    edits: [["'target', 'fencingToken'", "'fencingToken'"]],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'targets: two stores in memory taken for one',
    file: 'src/leader-election/in-memory-lock.ts',
    edits: [["['InMemoryLock', this.store, this.name]", "['InMemoryLock', this.name]"]],
    tests: 'targets/in-memory',
  },
  {
    name: 'targets: the password of a URL that cannot be read',
    file: 'src/leader-election/postgres/postgres-target.ts',
    edits: [["Symbol('unreadable')", 'connection']],
    tests: 'targets/postgres',
  },
  {
    name: 'targets: a schema that is not given is no schema',
    file: 'src/leader-election/postgres/postgres-lock.ts',
    edits: [['this.names.qualifiedTable, this.name', 'this.names.table, this.name']],
    tests: 'targets/postgres',
  },
  {
    name: 'targets: two streams to two databases taken for one',
    file: 'src/leader-election/postgres/connection-place.ts',
    edits: [['(place), stream]', '(place)]']],
    tests: 'targets/postgres',
  },
  {
    name: 'targets: two databases of Redis taken for one',
    file: 'src/leader-election/redis/redis-target.ts',
    edits: [[', Number(database ?? 0)', '']],
    tests: 'targets/redis',
  },
  {
    name: 'targets: clusters of Redis that cannot be read taken for one',
    file: 'src/leader-election/redis/redis-place.ts',
    edits: [[' && !nodes.includes(UNREADABLE)', '']],
    tests: 'targets/redis',
  },
  {
    name: 'targets: the password of a server of Kubernetes',
    file: 'src/leader-election/kubernetes/cluster-of.ts',
    edits: [
      ['const { protocol, host, pathname } =', 'const { href } ='],
      ["return `${protocol}//${host}${pathname.replace(/\\/$/, '')}`", 'return href'],
    ],
    tests: 'targets/kubernetes',
  },
  {
    name: 'a crash handler that rejects unheard',
    file: 'src/core/loop/crash.ts',
    edits: [
      [
        'ifRejected(handler(thrown, context), (failure) =>\n        handlerFailed({ handler, failure, context, endsLoop: false }),\n      );',
        'void Promise.resolve(handler(thrown, context)).then(undefined, () => undefined);',
      ],
    ],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'an error that JSON cannot hold',
    file: DESCRIBE,
    edits: [["trouble.failures > 0 ? withErrorInJson(info, 'lastError') : info", 'info']],
    tests: 'e2e/failures',
    project: 'nest-12',
  },
  {
    name: 'a poll that times out in the asynchronous context of another',
    file: 'src/core/poll/poll.ts',
    edits: [['AsyncResource.bind(expire)', 'expire']],
    tests: 'unit/core/poll',
  },
  {
    name: 'a loop that starts in a term that is over',
    file: 'src/nest/leader/election-group.ts',
    edits: [['if (!signal.aborted) {\n        this.start', 'if (true) {\n        this.start']],
    tests: 'e2e/leader-election',
    project: 'nest-12',
  },
  {
    name: 'a leader that leads on though the record names another',
    file: TERM,
    edits: [['if (!this.lease.isMine) {', 'if (false) {']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  {
    name: 'a lease that is released before the work has ended',
    file: TERM,
    edits: [['if (openWindows) {\n        over', 'if (true) {\n        over']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  {
    name: 'a release that does not look whose lease it is',
    file: LEASE,
    edits: [['if (this.isMine || (openWindows &&', 'if (this.isMine || (true &&']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  {
    name: 'a renewal deadline that counts from the reply',
    file: LEASE,
    edits: [['(openWindows ? clock.now() : sent)', 'clock.now()']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  ...[
    ['a record that vanishes under a live leader', LEASE, 'if (!this.isHeldByAnother) {', 'if (true) {'],
    ['a winning write that is given up', LEASE, "this.write(neverStop, 'create'", "this.write(ctx, 'create'"],
    ['a lost reply to a winning write', LEASE, 'this.mayHoldUntil = sent + leaseDuration;', ''],
    ['a write in doubt that is never settled', LEASE, 'this.mayHoldUntil = -Infinity; // a', '// a'],
    ['two terms in one millisecond', LEASE, 'return last >= now ?', 'return last > now ?'],
    ['a version that comes back', LEASE, '|| !isSame(found.record, this.observed)', ''],
    ['a token that is gone when the term ends', TERM, 'return !this.isLost;', 'return !this.signal.aborted;'],
    ['a lease that is held again after a gap', TERM, 'this.isLost = true;', ''],
    [
      'renewals that end with the term',
      TERM,
      'untilWithContext(over.signal,',
      'untilWithContext(this.signal,',
    ],
    [
      'a term that begins beside the work of another',
      ELECTOR,
      'Promise.resolve(this.term?.work)',
      'Promise.resolve()',
    ],
    [
      'a term that starts its work after its end',
      TERM,
      'if (signal.aborted) {\n      return;',
      'if (false) {\n      return;',
    ],
    [
      'a lease that lapsed long ago and is released',
      LEASE,
      'clock.now() < this.mayHoldUntil',
      'Infinity === -this.mayHoldUntil ? false : true',
    ],
    ['a fence that is not what ends the term', TERM, '=> this.lose(TOO_LATE)', '=> void this.holdsLease()'],
    ['a run that begins when the term has ended', TERM, '&& !this.signal.aborted;', ';'],
    [
      'onStoppedLeading that nobody waits for',
      TERM,
      'await events.call(() => callbacks.onStop',
      'void events.call(() => callbacks.onStop',
    ],
    [
      'a stuck leader where only its lock is down',
      ELECTOR,
      'this.term !== undefined && lapsedFor',
      'lapsedFor',
    ],
  ].map(([name, file, from, to]) => ({
    name: `elector: ${name}`,
    file,
    edits: [[from, to]],
    tests: 'leader-election/elector',
    project: 'leader-election',
  })),
  {
    name: 'a leader-only run that does not look at the fence',
    file: LEADER_ONLY,
    edits: [['mayRun: () => group.mayRun,', 'mayRun: () => true,']],
    tests: 'e2e/leader-election',
    project: 'nest-12',
  },
  {
    name: 'a later term in the asynchronous context of what ended the one before',
    file: LEADER_ONLY,
    edits: [
      [
        'this.context.runInAsyncScope(this.newLoop, undefined, this.termWork())',
        'this.newLoop(this.termWork())',
      ],
    ],
    tests: 'e2e/leader-election',
    project: 'nest-12',
  },
  {
    name: 'hooks in the order of Nest',
    file: 'src/nest/hook-order.ts',
    edits: [['moduleRef.distance = distance;', '']],
    tests: 'e2e/lifecycle',
    project: 'nest-12',
  },
  {
    name: 'start hooks: a hook that throws and fails nothing',
    file: START_HOOKS,
    edits: [['      throw error;\n', '']],
    tests: 'e2e/prometheus-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'start hooks: a failed start that leaves what has begun',
    file: START_HOOKS,
    edits: [['      begun.toReversed().forEach((hook) => hook.undo());\n', '']],
    tests: 'e2e/prometheus-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'start hooks: what has begun first is undone first',
    file: START_HOOKS,
    edits: [['begun.toReversed()', 'begun']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'start hooks: an undo of what did not begin',
    file: START_HOOKS,
    edits: [
      [
        '        hook.begin();\n        begun.push(hook);',
        '        begun.push(hook);\n        hook.begin();',
      ],
    ],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'start hooks: hooks that nobody calls',
    file: 'src/nest/run/loop.runner.ts',
    edits: [['    this.startHooks.call();\n', '']],
    tests: 'e2e/prometheus-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'start hooks: loops that start though a hook throws',
    file: 'src/nest/run/loop.runner.ts',
    edits: [
      ['    this.startHooks.call();\n', ''],
      [
        '        this.election.start();\n      }\n    });\n',
        '        this.election.start();\n      }\n    });\n    this.startHooks.call();\n',
      ],
    ],
    tests: 'e2e/prometheus-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'options: an override of undefined that counts as written',
    file: 'src/core/options/read-options.ts',
    edits: [['entries.filter(([, value]) => value !== undefined)', 'entries']],
    tests: 'e2e/options',
    project: 'nest-12',
  },
  {
    name: 'options: getters of a class that do not count',
    file: 'src/core/options/read-options.ts',
    edits: [['() => (options as Written)[name])', '() => ({ ...options } as Written)[name])']],
    tests: 'unit/core/read-options',
  },
  {
    name: 'options: numbers beside a backoff manager that do nothing',
    file: 'src/nest/declare/loop-plan.ts',
    edits: [['if (options.value(option) !== undefined) {', 'if (false) {']],
    tests: 'e2e/options',
    project: 'nest-12',
  },
  {
    name: 'options: a generator that counts as a function',
    file: 'src/core/values/runnable.ts',
    edits: [[' && !types.isGeneratorFunction(f)', '']],
    tests: 'e2e/service',
    project: 'nest-12',
  },
  {
    name: 'options: a signal that a method with a computed name does not get',
    file: 'src/nest/run/method-caller.ts',
    edits: [['/^(?:async\\s+)?', '/(?:async\\s+)?']],
    tests: 'unit/nest/method-caller',
  },
  {
    name: 'options: a request that the providers of a run do not see',
    file: 'src/nest/run/loop-provider.ts',
    edits: [['moduleRef.registerRequestByContextId(value, contextId);', '']],
    tests: 'e2e/discovery',
    project: 'nest-12',
  },
  {
    name: 'options: a durable provider that is made for each run',
    file: 'src/nest/run/loop-provider.ts',
    edits: [['= ContextIdFactory.getByRequest(request)', '= ContextIdFactory.create()']],
    tests: 'e2e/discovery',
    project: 'nest-12',
  },
  {
    name: 'options: a next start that is past',
    file: DESCRIBE,
    edits: [[' && now <= loop.plan.due', '']],
    tests: 'e2e/running',
    project: 'nest-12',
  },
  {
    name: 'options: a next start of a loop that is stopping',
    file: DESCRIBE,
    edits: [['!isStopping && ', '']],
    tests: 'e2e/running',
    project: 'nest-12',
  },
  {
    name: 'locks: an election with a lock that is closed',
    file: 'src/leader-election/require-lock.ts',
    edits: [['lock.closed === true', 'false']],
    tests: 'leader-election/elector',
    project: 'leader-election',
  },
  {
    name: 'locks: a Redis key whose braces are no hash tag',
    file: 'src/leader-election/redis/redis-keys.ts',
    edits: [['/^[^{}]*\\{[^{}]+\\}[^{}]*$/', '/\\{[^{}]+\\}/']],
    tests: 'unit/leader-election/redis-keys',
  },
  {
    name: 'locks: a RedisLock that connects after it is closed',
    file: 'src/leader-election/redis/redis-lock.ts',
    edits: [['      ctx.throwIfAborted();\n', '']],
    tests: 'leader-election/redis-calls',
    project: 'leader-election',
  },
  {
    name: 'locks: a connection of ioredis that waits for the other side to end it',
    file: 'src/leader-election/redis/through-ioredis.ts',
    edits: [['  disconnectTimeout: 0,\n', '']],
    tests: 'leader-election/redis-half-open',
    project: 'leader-election',
  },
  {
    name: 'locks: a newer connection of Redis that a late failure forgets',
    file: 'src/leader-election/redis/redis-lock.ts',
    edits: [['if (this.connection === connection) {', 'if (connection !== undefined) {']],
    tests: 'leader-election/redis-calls',
    project: 'leader-election',
  },
  {
    name: 'locks: a token of Redis from a write that was given up',
    file: 'src/leader-election/redis/redis-lock.ts',
    edits: [['    signal.throwIfAborted();\n', '']],
    tests: 'leader-election/redis-calls',
    project: 'leader-election',
  },
  {
    name: 'locks: a duplicate of a cluster of ioredis without the options of the user',
    file: 'src/leader-election/redis/through-ioredis.ts',
    edits: [['{ ...redisOptions, ...nodeOptions', '{ ...nodeOptions']],
    tests: 'leader-election/redis-duplicates',
    project: 'leader-election',
  },
  {
    name: 'locks: an error of Redis with the command of ioredis, and so with the password',
    file: 'src/leader-election/redis/redis-failure.ts',
    edits: [['    cause,\n', '    cause: thrown,\n']],
    tests: 'leader-election/redis-errors',
    project: 'leader-election',
  },
  {
    name: 'locks: a place of Redis with what stands before an @',
    file: 'src/leader-election/redis/redis-place.ts',
    edits: [['(?:[^/?#]*@)?', '']],
    tests: 'leader-election/redis-errors',
    project: 'leader-election',
  },
  {
    name: 'locks: a query of PostgreSQL that is given up and not cancelled',
    file: POOL_SESSION,
    edits: [['await cancel?.();', '']],
    tests: 'leader-election/postgres-pool',
    project: 'leader-election',
  },
  {
    name: 'locks: a query of PostgreSQL that is cancelled after it was answered',
    file: POOL_SESSION,
    edits: [["typeof read(error, 'severity') === 'string'", 'false']],
    tests: 'leader-election/postgres-pool',
    project: 'leader-election',
  },
  {
    name: 'locks: a connection of a pool that nobody listens to at first',
    file: 'src/leader-election/postgres/pool-connection.ts',
    edits: [
      [
        "      connection.on('error', ignore);",
        "      queueMicrotask(() => connection.on('error', ignore));",
      ],
    ],
    tests: 'leader-election/postgres-pool',
    project: 'leader-election',
  },
  {
    name: 'locks: a connection of a pool that comes late and is kept',
    file: 'src/leader-election/postgres/connection-queue.ts',
    edits: [['      giveBack(connection);\n', '']],
    tests: 'leader-election/postgres-pool',
    project: 'leader-election',
  },
  {
    name: 'locks: a pool that is asked for one connection only, even if it never comes',
    file: 'src/leader-election/postgres/connection-queue.ts',
    edits: [['MOST_REQUESTS = 2', 'MOST_REQUESTS = 1']],
    tests: 'leader-election/postgres-pool',
    project: 'leader-election',
  },
  {
    name: 'versions: Redis counts from 1 when it has lost its data',
    file: 'src/leader-election/redis/redis-lock.ts',
    edits: [['math.max(clock, last + 1)', 'last + 1']],
    tests: 'leader-election/redis-versions',
    project: 'leader-election',
  },
  {
    name: 'versions: Redis writes an older one when its clock was set back',
    file: 'src/leader-election/redis/redis-lock.ts',
    edits: [['math.max(clock, last + 1)', 'clock']],
    tests: 'leader-election/redis-versions',
    project: 'leader-election',
  },
  {
    name: 'versions: a first row of PostgreSQL whose version comes back',
    file: 'src/leader-election/postgres/postgres-lock.ts',
    edits: [['SELECT $1, ${SERVER_CLOCK}, next,', 'SELECT $1, 1, next,']],
    tests: 'leader-election/postgres-table',
    project: 'leader-election',
  },
  {
    name: 'versions: a renewed row of PostgreSQL whose version counts on',
    file: 'src/leader-election/postgres/postgres-lock.ts',
    edits: [['greatest(version + 1, ${SERVER_CLOCK})', 'version + 1']],
    tests: 'leader-election/postgres-table',
    project: 'leader-election',
  },
  {
    name: 'versions: PostgreSQL writes an older one when its clock was set back',
    file: 'src/leader-election/postgres/postgres-lock.ts',
    edits: [['greatest(version + 1, ${SERVER_CLOCK})', '${SERVER_CLOCK}']],
    tests: 'leader-election/postgres-table',
    project: 'leader-election',
  },
  {
    name: 'versions: tokens of PostgreSQL that start at 1 when the sequence is made again',
    file: 'src/leader-election/postgres/create-table.ts',
    edits: [[' START WITH ${String(start)}', '']],
    tests: 'leader-election/postgres-table',
    project: 'leader-election',
  },
  {
    name: 'locks: a token of PostgreSQL from a write that was given up',
    file: 'src/leader-election/postgres/postgres-lock.ts',
    edits: [['    signal.throwIfAborted();\n', '']],
    tests: 'leader-election/postgres-late-reply',
    project: 'leader-election',
  },
  {
    name: 'locks: a cancel in plain text where the server refuses TLS',
    file: 'src/leader-election/postgres/cancel-request.ts',
    edits: [['encrypt() : socket.destroy()', 'encrypt() : sendOn(socket)']],
    tests: 'leader-election/postgres-cancel-request',
    project: 'leader-election',
  },
  {
    name: 'locks: a client of PostgreSQL that is asked on and on without an answer',
    file: 'src/leader-election/postgres/client-session.ts',
    edits: [['MOST_UNANSWERED = 2', 'MOST_UNANSWERED = Infinity']],
    tests: 'leader-election/postgres-clients',
    project: 'leader-election',
  },
  {
    name: 'locks: a namespace that does not exist as a conflict',
    file: REFUSAL,
    edits: [[" && verb === 'update'", '']],
    tests: 'leader-election/kubernetes-refusals',
    project: 'leader-election',
  },
  {
    name: 'locks: every 409 of Kubernetes as a conflict',
    file: REFUSAL,
    edits: [[' && reason === FASTER[verb]', '']],
    tests: 'leader-election/kubernetes-refusals',
    project: 'leader-election',
  },
  {
    name: 'locks: a Lease with broken times that cannot be written',
    file: 'src/leader-election/kubernetes/lease-record.ts',
    edits: [['Number.isNaN(time.getTime()) ? new Date(0) : time', 'time']],
    tests: 'leader-election/kubernetes-lease',
    project: 'leader-election',
  },
  {
    name: 'locks: no configuration of Kubernetes, and nobody says so',
    file: 'src/leader-election/kubernetes/new-client.ts',
    edits: [['  requireConfiguration(config);\n', '']],
    tests: 'leader-election/kubernetes-configuration',
    project: 'leader-election',
  },
  {
    name: 'locks: a conflict as a failure of the lock',
    file: LOCK_LOG,
    edits: [['isLockConflict(error) || isGivenUp', 'isGivenUp']],
    tests: 'leader-election/elector-log',
    project: 'leader-election',
  },
  {
    name: 'locks: a lock that works again with every renewal',
    file: LOCK_LOG,
    edits: [['    this.hasWarned = false; // so', '    // so']],
    tests: 'leader-election/elector-log',
    project: 'leader-election',
  },
  {
    name: 'locks: a package whose load counts into the first request',
    file: LEASE,
    edits: [['unlessAborted(ctx, prepared())', 'callLock(this.settings, ctx, prepared)']],
    tests: 'leader-election/elector-log',
    project: 'leader-election',
  },
  {
    name: 'locks: a cause with a password in the log',
    file: 'src/core/values/error-text.ts',
    edits: [["if (read(thrown, 'name') === 'WaitError') {", 'if (false) {']],
    tests: 'unit/core/error-text',
  },
  {
    name: 'cluster: a paused replica that is asked whether it leads',
    file: REPLICA,
    edits: [['return clock.isRunning && election', 'return election']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a group that is not checked while a replica is paused',
    file: REPLICA,
    edits: [['    election.getLeader(group);\n', '']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a partition that lets messages through',
    file: REPLICA,
    edits: [['this.isCutOff ? undefined : latency', 'latency']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a replica that stays paused when it is healed',
    file: REPLICA,
    edits: [['    this.clock.resume();\n', '']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a replica whose timers outlive it',
    file: REPLICA,
    edits: [['.finally(() => this.kill())', '']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a stop that a death does not end',
    file: REPLICA,
    edits: [['Promise.race([close(), this.death])', 'close()']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: replicas that draw the same numbers',
    file: FLEET,
    edits: [['seededRandom(this.random() * 2 ** 32)', 'seededRandom(5)']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a restarted replica with the identity of the dead one',
    file: FLEET,
    edits: [['life === 1 ?', 'life > 0 ?']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: two restarts at a time',
    file: FLEET,
    edits: [['this.whenBooted().then(() => this.bootNow(method, index))', 'this.bootNow(method, index)']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a builder that boots two replicas',
    file: FLEET,
    edits: [['this.usedBuilders.has(builder)', 'false']],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'cluster: what has started and stays when another cannot start',
    file: CLUSTER,
    edits: [
      ["      await this.closeLiving('start').catch(() => {}); // why it has not started says more\n", ''],
    ],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a close that leaves paused replicas paused',
    file: CLUSTER,
    edits: [['    living.forEach((replica) => replica.heal());\n', '']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a close that leaves messages under way',
    file: CLUSTER,
    edits: [['      await clock.advance(latency); // the last messages arrive\n', '']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a close that waits for no start',
    file: CLUSTER,
    edits: [['    await Promise.allSettled([this.started]);\n', '']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a close that waits for no restart',
    file: CLUSTER,
    edits: [['    await this.fleet.whenBooted();\n', '']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'cluster: a stop that moves the clock for ever',
    file: 'src/testing/move-until.ts',
    edits: [['due < Infinity && due > limit', 'false']],
    tests: 'e2e/fake-cluster',
    project: 'nest-12',
  },
  {
    name: 'steer: a trigger that begins no run at once',
    file: LOOP,
    edits: [['if (!isRunning && this.isRunNext()) {', 'if (false) {']],
    tests: 'e2e/steer-table',
    project: 'nest-12',
  },
  {
    name: 'steer: a paused loop that runs when it is due',
    file: LOOP,
    edits: [['if (isWanted || this.work.isPaused === true) {', 'if (isWanted) {']],
    tests: 'e2e/steer-table',
    project: 'nest-12',
  },
  {
    name: 'steer: a paused loop that leaves its timer armed',
    file: LOOP,
    edits: [['      this.timer.stop();\n      return isWanted;', '      return isWanted;']],
    tests: 'e2e/steer-handle',
    project: 'nest-12',
  },
  {
    name: 'steer: a trigger that begins a run before the application has started',
    file: LOOP,
    edits: [['if (!this.hasStarted || this', 'if (this']],
    tests: 'e2e/steer-handle',
    project: 'nest-12',
  },
  {
    name: 'steer: a trigger before the start that waits with the loop',
    file: LOOP,
    edits: [['if (!hasWait || this.isRunNext()) {', 'if (!hasWait) {']],
    tests: 'e2e/steer-handle',
    project: 'nest-12',
  },
  {
    name: 'steer: an update that changes an initial delay',
    file: LOOP_UPDATE,
    edits: [['plan.isFixed || ', '']],
    tests: 'e2e/steer-handle',
    project: 'nest-12',
  },
  {
    name: 'steer: an update that plans the wait from now on',
    file: LOOP_UPDATE,
    edits: [['const due = plan.began + wait;', 'const due = loop.environment.clock.now() + wait;']],
    tests: 'e2e/steer-table',
    project: 'nest-12',
  },
  {
    name: 'steer: an update that keeps the growth of the loop',
    file: MANAGED,
    edits: [['    plan.use(update.manager);\n', '']],
    tests: 'e2e/steer-handle',
    project: 'nest-12',
  },
  {
    name: 'steer: an update that keeps the growth after failures',
    file: MANAGED,
    edits: [['    plan.use(update.manager);\n    plan.forgetFailures();', '    plan.use(update.manager);']],
    tests: 'e2e/steer-edges',
    project: 'nest-12',
  },
  {
    name: 'steer: an update that changes the first worker, though the second refuses',
    file: WORKERS,
    edits: [
      [
        '.map((loop) => new LoopUpdate(loop, updateLoop(loop.spec, options)))',
        '.map((loop) => {\n        const update = new LoopUpdate(loop, updateLoop(loop.spec, options));\n        update.adopt();\n        return update;\n      })',
      ],
    ],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'steer: a disabled module whose loops are said to have been stopped',
    file: WORKERS,
    edits: [["'trigger()', this.info())", "'trigger()', this.#spec)"]],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'steer: waits after failures that go on growing after a success',
    file: MANAGED,
    edits: [['      plan.forgetFailures();\n      followUp.succeededAgain', '      followUp.succeededAgain']],
    tests: 'e2e/failure-backoff',
    project: 'nest-12',
  },
  {
    name: 'steer: a wait after a failure that counts from the start of the run',
    file: MANAGED,
    edits: [['plan.change(time + retry);', 'plan.change(this.figures.started + retry);']],
    tests: 'e2e/failure-backoff',
    project: 'nest-12',
  },
  {
    name: 'steer: a failing loop that is faster than without failures',
    file: WAIT_PLAN,
    edits: [['initial === undefined ? Math.max(own, retry) : retry', 'retry']],
    tests: 'e2e/failure-backoff',
    project: 'nest-12',
  },
  {
    name: 'steer: a backoff manager that is not asked after a failure',
    file: WAIT_PLAN,
    edits: [['requireDelay(this.manager.backoff(), loop));', 'requireDelay(0, loop));']],
    tests: 'e2e/failure-backoff',
    project: 'nest-12',
  },
  {
    name: 'steer: a resumed loop that pauses again at its next failure',
    file: STEERING,
    edits: [['      this.forgivenFailures = this.loop.figures.trouble.consecutiveFailures;\n', '']],
    tests: 'e2e/failure-backoff',
    project: 'nest-12',
  },
  {
    name: 'steer: failures that stay forgiven after a success',
    file: STEERING,
    edits: [['      this.forgivenFailures = 0;\n', '']],
    tests: 'e2e/steer-edges',
    project: 'nest-12',
  },
  {
    name: 'steer: a pause that goes on waiting after the resume',
    file: STEERING,
    edits: [
      [
        "      this.idle();\n      this.loop.tell({ type: 'resumed' });",
        "      this.loop.tell({ type: 'resumed' });",
      ],
    ],
    tests: 'e2e/steer-table',
    project: 'nest-12',
  },
  {
    name: 'steer: a pause that does not wait for the run that was asked for before',
    file: STEERING,
    edits: [['return this.loop.figures.isInRun || this.isTriggered;', 'return this.loop.figures.isInRun;']],
    tests: 'e2e/steer-table',
    project: 'nest-12',
  },
  {
    name: 'steer: a trigger that nobody rejects when its loop has stopped',
    file: STEERING,
    edits: [['    open.forEach((request) => request.withdraw(reason));\n', '']],
    tests: 'e2e/steer-handle',
    project: 'nest-12',
  },
  {
    name: 'steer: a run that answers only one of several triggers',
    file: STEERING,
    edits: [
      [
        '    this.answered = this.openRequests();\n',
        '    this.answered = this.openRequests().slice(0, 1);\n',
      ],
    ],
    tests: 'e2e/steer-table',
    project: 'nest-12',
  },
  {
    name: 'steer: a trigger that fails with the first worker that stops',
    file: RUN_REQUEST,
    edits: [['if (this.workersLeft === 0) {', 'if (true) {']],
    tests: 'e2e/steer-workers',
    project: 'nest-12',
  },
  {
    name: 'steer: a trigger that the run of another worker answers',
    file: STEERING,
    edits: [['    this.answered = this.openRequests();\n', '    this.answered = this.requests;\n']],
    tests: 'e2e/steer-edges',
    project: 'nest-12',
  },
  {
    name: 'steer: a run that triggers itself and starves the event loop',
    file: LOOP,
    edits: [['this.isRunNext(isTriggered && !wasTriggered)', 'this.isRunNext(isTriggered)']],
    tests: 'e2e/steer-edges',
    project: 'nest-12',
  },
  {
    name: 'steer: a trigger that is refused only at the end of the run',
    file: MANAGED,
    edits: [['    this.currentSteering?.refuse(this.noRun());\n', '']],
    tests: 'e2e/steer-trigger-refused',
    project: 'nest-12',
  },
  {
    name: 'steer: a refused trigger that ends the process',
    file: WORKERS,
    edits: [['    result.catch(() => {}); // if nobody', '    // if nobody']],
    tests: 'e2e/steer-handle',
    project: 'nest-12',
  },
  {
    name: 'steer: a loop that never lets the event loop turn, since its next run is due at once',
    file: LOOP,
    edits: [['this.isDue = rest <= 0 && !isRunning;', 'this.isDue = rest <= 0;']],
    tests: 'e2e/steer-in-handlers',
    project: 'nest-12',
  },
  {
    name: 'steer: a patient loop that puts off the sweep of an impatient one',
    file: HUNG_SWEEP,
    edits: [['if (due < this.due) {', '{']],
    tests: 'e2e/steer-in-handlers',
    project: 'nest-12',
  },
  {
    name: 'steer: a pause in a crash handler that waits for a run that has ended',
    file: 'src/nest/run/loop-figures.ts',
    edits: [['    this.isInRun = false;\n', '']],
    tests: 'e2e/steer-in-handlers',
    project: 'nest-12',
  },
  {
    name: 'steer: workers that count as paused when one of them is',
    file: 'src/nest/steer/describe-workers.ts',
    edits: [['live.every((worker)', 'live.some((worker)']],
    tests: 'e2e/steer-workers',
    project: 'nest-12',
  },
  {
    name: 'steer: a deadline that a later stop turns into an abort',
    file: LOOP,
    edits: [['if (!isTimedOut && this.isStopping', 'if (this.isStopping']],
    tests: 'e2e/steer-edges',
    project: 'nest-12',
  },
  {
    name: 'steer: a deadline that passes after the stop, and decides the outcome',
    file: CURRENT_RUN,
    edits: [['    this.deadline?.stop();\n    this.endRequest ??=', '    this.endRequest ??=']],
    tests: 'e2e/deadlines',
    project: 'nest-12',
  },
  {
    name: 'steer: a new timeout that counts from the update',
    file: MANAGED,
    edits: [['figures.started + timeout - time', 'timeout']],
    tests: 'e2e/deadlines',
    project: 'nest-12',
  },
  {
    name: 'steer: a stop of an earlier term that ends the runs of the next',
    file: CURRENT_RUN,
    edits: [['    this.endRequest = undefined; // it may be that of an earlier term\n', '']],
    tests: 'e2e/steer-edges',
    project: 'nest-12',
  },
  {
    name: 'steer: a sweep that goes on while the application closes',
    file: LAUNCHER,
    edits: [['    this.hungSweep.end(); // shutdown has a time limit of its own\n', '']],
    tests: 'e2e/steer-edges',
    project: 'nest-12',
  },
  {
    name: 'steer: a sweep for no loop',
    file: HUNG_SWEEP,
    edits: [['      this.due = Infinity;\n      this.timer?.stop();', '      this.due = Infinity;']],
    tests: 'e2e/deadlines',
    project: 'nest-12',
  },
  {
    name: 'steer: a hung run that is reported at each sweep',
    file: HUNG_SWEEP,
    edits: [['!loop.isReportedHung && ', '']],
    tests: 'e2e/deadlines',
    project: 'nest-12',
  },
  {
    name: 'steer: a second hung run that nobody reports',
    file: MANAGED,
    edits: [['      this.isReportedHung = false;\n', '']],
    tests: 'e2e/deadlines',
    project: 'nest-12',
  },
  {
    name: 'steer: dates of the past that move with the wall clock',
    file: DESCRIBE,
    edits: [
      [
        "date('lastStart', figures.startedAt)",
        "date('lastStart', Date.now() - environment.clock.now() + figures.started)",
      ],
    ],
    tests: 'e2e/steer-info',
    project: 'nest-12',
  },
  {
    name: 'steer: a next start that is computed anew at each look',
    file: DESCRIBE,
    edits: [
      [
        "date('nextStart', loop.plan.dueAt)",
        "date('nextStart', (environment.clock.wallNow?.() ?? 0) - overdueFor)",
      ],
    ],
    tests: 'e2e/steer-info',
    project: 'nest-12',
  },
  {
    name: 'around: functions of addAround inside of those of forRoot',
    file: AROUND_RUNS,
    edits: [
      ['[...this.added, ...this.settings.get().around]', '[...this.settings.get().around, ...this.added]'],
    ],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: functions that may be added while loops run',
    file: AROUND_RUNS,
    edits: [['if (this.functions !== undefined) {', 'if (false) {']],
    tests: 'e2e/around-add',
    project: 'nest-12',
  },
  {
    name: 'around: a run that is asynchronous without any function',
    file: MANAGED,
    edits: [['if (around.isEmpty) {', 'if (false) {']],
    tests: 'e2e/around-none',
    project: 'nest-12',
  },
  {
    name: 'around: a skip that counts as a success',
    file: LOOP,
    edits: [["this.work.isSkipped === true ? 'skipped' : 'succeeded'", "'succeeded'"]],
    tests: 'e2e/around-outcomes',
    project: 'nest-12',
  },
  {
    name: 'around: a skip of the leader that counts as a success',
    file: LEADER_ONLY,
    edits: [['return work.isSkipped === true;', 'return false;']],
    tests: 'e2e/around-stop',
    project: 'nest-12',
  },
  {
    name: 'around: a skip that the outer function makes a success by awaiting it',
    file: PASSAGE,
    edits: [['this.isSkipped ||= !rest.hasBegun;', 'this.isSkipped = !rest.hasBegun;']],
    tests: 'e2e/around-outcomes',
    project: 'nest-12',
  },
  {
    name: 'around: a caught error of a function that counts as a skip',
    file: PASSAGE,
    edits: [
      [
        '      failure = error;\n      throw error;',
        '      failure = error;\n      this.isSkipped ||= !rest.hasBegun;\n      throw error;',
      ],
    ],
    tests: 'e2e/around-outcomes',
    project: 'nest-12',
  },
  {
    name: 'around: crash handlers of the leader in the context of the loop',
    file: LEADER_ONLY,
    edits: [['return work.runContext;', 'return undefined;']],
    tests: 'e2e/around-context',
    project: 'nest-12',
  },
  {
    name: 'around: a run that no longer waits for its work',
    file: REST_OF_RUN,
    edits: [['      await Promise.allSettled([promise]);\n', '']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a function that settles early and nobody minds',
    file: REST_OF_RUN,
    edits: [['const isEarly = !this.hasEnded;', 'const isEarly = false;']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a synchronous run that hides that its function forgets to wait',
    file: REST_OF_RUN,
    edits: [['this.begin().then((value) => value);', 'this.begin();']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: work that runs twice',
    file: REST_OF_RUN,
    edits: [
      ['if (this.promise !== undefined) {\n      this.secondCall', 'if (false) {\n      this.secondCall'],
    ],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a second next() that is forgiven when it is caught',
    file: REST_OF_RUN,
    edits: [['if (this.secondCall !== undefined) {', 'if (false) {']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a second next() that ends the process when nobody looks at it',
    file: REST_OF_RUN,
    edits: [['  promise.catch(() => {});\n', '']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a second next() that hides what the run threw',
    file: REST_OF_RUN,
    edits: [
      [
        'if (this.secondCall !== undefined) {',
        'if (this.secondCall !== undefined) {\n      this.failure = undefined;',
      ],
    ],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a failure that a function never looked at, and that counts as a success',
    file: REST_OF_RUN,
    edits: [['if (this.hasFailed && !isAwaited) {', 'if (false) {']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a function that looks at the failure of the run and is not believed',
    file: NEXT_PROMISE,
    edits: [['    this.isAwaited = true;\n', '']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a run that nobody awaits, whose failure ends the process',
    file: REST_OF_RUN,
    edits: [['    this.promise.mayBeLeft(); // close() reports a failure that nobody awaits\n', '']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a promise that may be left and so counts as awaited',
    file: NEXT_PROMISE,
    edits: [['void super.then(undefined, () => {});', 'void this.then(undefined, () => {});']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a next() that begins a run after its function has settled',
    file: REST_OF_RUN,
    edits: [['if (this.isClosed) {', 'if (false) {']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: an early end that hides what the run threw',
    file: REST_OF_RUN,
    edits: [
      ['const cause = failure === undefined ? undefined : { cause: failure };', 'const cause = undefined;'],
    ],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: an early end that hides what its function threw',
    file: REST_OF_RUN,
    edits: [['this.failure ??= thrown === this.secondCall ? undefined : thrown;', '']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: an early end that tells what its function threw, and hides what the run threw',
    file: REST_OF_RUN,
    edits: [
      [
        'this.failure ??= thrown === this.secondCall ? undefined : thrown;',
        'this.failure = thrown ?? this.failure;',
      ],
    ],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: a function that is counted from 0',
    file: PASSAGE,
    edits: [['around function ${index + 1} of', 'around function ${index} of']],
    tests: 'e2e/around-misuse',
    project: 'nest-12',
  },
  {
    name: 'around: crash handlers in the context of the loop',
    file: LOOP,
    edits: [['if (runContext === undefined) {', 'if (true) {']],
    tests: 'e2e/around-context',
    project: 'nest-12',
  },
  {
    name: 'around: crash handlers in the context of the outermost function',
    file: PASSAGE,
    edits: [
      [
        "this.context = new AsyncResource('nestjs-wait');",
        "this.context ??= new AsyncResource('nestjs-wait');",
      ],
    ],
    tests: 'e2e/around-context',
    project: 'nest-12',
  },
  {
    name: 'around: the end of a run that succeeds in the context of the loop',
    file: LOOP,
    edits: [['if (runContext === undefined) {', 'if (runContext === undefined || !threw) {']],
    tests: 'e2e/around-context',
    project: 'nest-12',
  },
  {
    name: 'around: a signal that is not that of the method',
    file: CURRENT_RUN,
    edits: [['if (this.controller === undefined) {', '{']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: a run that keeps the signal of the one before it',
    file: CURRENT_RUN,
    edits: [['    this.controller = undefined;\n', '']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: a run that has ended and gets the signal of a later one',
    file: RUN_IN_PROGRESS,
    edits: [
      ['this.#loop.runs === this.number ? this.#loop.signal : newController().signal', 'this.#loop.signal'],
    ],
    tests: 'e2e/around-stop',
    project: 'nest-12',
  },
  {
    name: 'around: a run whose signal is another one when the next run begins',
    file: RUN_IN_PROGRESS,
    edits: [['this.#signal ??=', 'this.#signal =']],
    tests: 'e2e/around-stop',
    project: 'nest-12',
  },
  {
    name: 'around: lateness that counts a pause',
    file: MANAGED,
    edits: [['this.plan.dueNow(this.environment.clock.now());', '']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: lateness that counts a pause only if no run is in progress',
    file: MANAGED,
    edits: [['if (!(this.figures.isInRun && this.loop.sliding)) {', 'if (!this.figures.isInRun) {']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: lateness of a run that somebody asked for',
    file: MANAGED,
    edits: [['isWatched && !this.isTriggered ? ', 'isWatched ? ']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: lateness of a run that is due because of an update',
    file: MANAGED,
    edits: [['plan.change(Math.max(due, time));', 'plan.change(due);']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: a resume that makes a run late from when it was resumed, though it is due later',
    file: WAIT_PLAN,
    edits: [['if (this.due < time) {', '{']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: negative lateness of a run that comes before it is due',
    file: 'src/nest/run/loop-figures.ts',
    edits: [['overdueFor > 0 ? overdueFor : 0', 'overdueFor']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: a triggered run that says it was due',
    file: RUN_IN_PROGRESS,
    edits: [["wasTriggered ? 'trigger' : 'schedule'", "'schedule'"]],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: a run without the fencing token of its term',
    file: RUN_IN_PROGRESS,
    edits: [['      this.fencingToken = fencingToken;\n', '']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'around: a run without the group of its leader',
    file: RUN_IN_PROGRESS,
    edits: [['      this.leaderOnly = leaderOnly;\n', '']],
    tests: 'e2e/around-run',
    project: 'nest-12',
  },
  {
    name: 'otel: a failed start that leaves its metrics',
    file: OTEL_REPORTER,
    edits: [
      [
        '    metrics.whenStarting(\n      () => this.begin(registry),\n      () => this.close(),\n    );',
        '    this.begin(registry);',
      ],
    ],
    tests: 'e2e/opentelemetry-sdk',
    project: 'nest-12',
  },
  {
    name: 'otel: reports that go on after the shutdown',
    file: OTEL_INSTRUMENTS,
    edits: [['    this.isClosed = true;\n    this.release();', '    this.isClosed = true;']],
    tests: 'e2e/opentelemetry-sdk',
    project: 'nest-12',
  },
  {
    name: 'otel: a meter provider of before that is read for ever',
    file: OTEL_INSTRUMENTS,
    edits: [['      this.release();\n      this.provider = provider;', '      this.provider = provider;']],
    tests: 'e2e/opentelemetry-sdk',
    project: 'nest-12',
  },
  {
    name: 'otel: a meter provider that is asked at every run',
    file: OTEL_INSTRUMENTS,
    edits: [['      this.attemptsLeft--;\n', '']],
    tests: 'e2e/opentelemetry-provider',
    project: 'nest-12',
  },
  {
    name: 'otel: a meter provider that is asked once',
    file: OTEL_INSTRUMENTS,
    edits: [['const MOST_ATTEMPTS = 2', 'const MOST_ATTEMPTS = 1']],
    tests: 'e2e/opentelemetry-provider',
    project: 'nest-12',
  },
  {
    name: 'otel: an attempt that is not given to the next meter provider',
    file: OTEL_INSTRUMENTS,
    edits: [['      this.attemptsLeft = MOST_ATTEMPTS;\n', '']],
    tests: 'e2e/opentelemetry-provider',
    project: 'nest-12',
  },
  {
    name: 'otel: a meter provider that ends the run when it is released',
    file: OTEL_INSTRUMENTS,
    edits: [
      [
        '      instruments?.release();\n    } catch (error) {\n      this.reportFailure(error);',
        '      instruments?.release();\n    } catch (error) {\n      throw error;',
      ],
    ],
    tests: 'e2e/opentelemetry-provider',
    project: 'nest-12',
  },
  {
    name: 'otel: two applications that overwrite each other',
    file: OTEL_CLAIM,
    edits: [['    if (ProviderClaim.isTaken(provider)) {', '    if (false) {']],
    tests: 'e2e/opentelemetry-provider',
    project: 'nest-12',
  },
  {
    name: 'otel: a second application that reports nothing, and nobody minds',
    file: OTEL_INSTRUMENTS,
    edits: [['    this.requireRoom(); // what this throws is logged once\n', '']],
    tests: 'e2e/opentelemetry-provider',
    project: 'nest-12',
  },
  {
    name: 'otel: a claim of an application that has closed',
    file: OTEL_INSTRUMENTS,
    edits: [['    claim?.release();\n', '']],
    tests: 'e2e/opentelemetry-sdk',
    project: 'nest-12',
  },
  {
    name: 'otel: one application at most without an SDK',
    file: OTEL_INSTRUMENTS,
    edits: [['isNoop ? undefined : ProviderClaim', 'false ? undefined : ProviderClaim']],
    tests: 'e2e/opentelemetry-provider',
    project: 'nest-12',
  },
  {
    name: 'otel: a closed application that complains of the next one',
    file: OTEL_INSTRUMENTS,
    edits: [['this.claim === undefined && !this.isClosed', 'this.claim === undefined']],
    tests: 'e2e/opentelemetry-provider',
    project: 'nest-12',
  },
  {
    name: 'otel: a span that is named as the worker',
    file: OTEL_TRACER,
    edits: [['this.metrics.loopNameOf(run)', 'run.loop']],
    tests: 'e2e/opentelemetry-traces',
    project: 'nest-12',
  },
  {
    name: 'otel: a span that is named as in metrics',
    file: OTEL_TRACER,
    edits: [['this.metrics.loopNameOf(run)', 'this.metrics.nameOf(run.loop)']],
    tests: 'e2e/opentelemetry-traces',
    project: 'nest-12',
  },
  {
    name: 'otel: a span that does not lead to its worker',
    file: OTEL_TRACER,
    edits: [["      ...(loop !== name && { 'nestjs_wait.loop.worker': loop }),\n", '']],
    tests: 'e2e/opentelemetry-traces',
    project: 'nest-12',
  },
  {
    name: 'otel: spans of loops that run forever',
    file: OTEL_TRACER,
    edits: [['    this.isClosed = true;', '    this.isClosed = false;']],
    tests: 'e2e/opentelemetry-traces',
    project: 'nest-12',
  },
  {
    name: 'otel: a run in the trace of the request that started its loop',
    file: OTEL_TRACER,
    edits: [['startSpan(name, options, ROOT_CONTEXT)', 'startSpan(name, options)']],
    tests: 'e2e/opentelemetry-traces',
    project: 'nest-12',
  },
  {
    name: 'otel: an aborted run that is an error',
    file: OTEL_TRACER,
    edits: [["(outcome === 'failed' || outcome === 'timedOut')", 'true']],
    tests: 'e2e/opentelemetry-traces',
    project: 'nest-12',
  },
  {
    name: 'events: an event inside of another one',
    file: LOOP_EVENTS,
    edits: [
      [
        '    this.untold.push(event);\n',
        '    if (this.untold.length > 0) {\n      this.tell(event);\n      return;\n    }\n    this.untold.push(event);\n',
      ],
    ],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: the last of several events in a listener first',
    file: LOOP_EVENTS,
    edits: [['this.untold.push(event);', 'this.untold.splice(1, 0, event);']],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a listener that throws and keeps the others from hearing',
    file: LOOP_EVENTS,
    edits: [
      [
        '} catch (failure) {\n        failed(failure);\n      }',
        '} catch (failure) {\n        failed(failure);\n        return;\n      }',
      ],
    ],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a rejection of a listener that ends the process',
    file: LOOP_EVENTS,
    edits: [['ifRejected(listener(event), failed);', 'void listener(event);']],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a line in the log for each failure of a listener',
    file: FAILURE_LOG,
    edits: [
      ['if (streak.add({ error }, this.clock.now())) {', 'streak.add({ error }, this.clock.now());\n    {'],
    ],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a listener that hears on after it has left',
    file: LOOP_EVENTS,
    edits: [['this.subscriptions.delete(subscription);', 'undefined;']],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a listener that hears the event in which another one has removed it',
    file: LOOP_EVENTS,
    edits: [['if (!this.subscriptions.has(subscription)) {', 'if (false) {']],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a listener that hears the event in which it was added',
    file: LOOP_EVENTS,
    edits: [['Array.from(this.subscriptions)', 'this.subscriptions']],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: one streak of failures for all listeners',
    file: LOOP_EVENTS,
    edits: [
      [
        'streak: new FailureStreak()',
        'streak: Array.from(this.subscriptions)[0]?.streak ?? new FailureStreak()',
      ],
    ],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a run described while nobody listens',
    file: MANAGED,
    edits: [
      [
        "if (events.hasListeners) {\n      this.tell({ type: 'run-started'",
        "{\n      this.tell({ type: 'run-started'",
      ],
    ],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a result made while nobody listens',
    file: MANAGED,
    edits: [['if (environment.events.hasListeners) {', '{']],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a date made while nobody listens',
    file: MANAGED,
    edits: [['if (events.hasListeners) {\n      const event', '{\n      const event']],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: a start of each disabled loop',
    file: MANAGED,
    edits: [['    if (this.hasStarted) {\n      this.tell', '    {\n      this.tell']],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'events: a start of a loop that has ended',
    file: MANAGED,
    edits: [["if (this.state !== 'stopped') {\n      this.hasStarted", '{\n      this.hasStarted']],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'events: a stop that does not say what ended the loop',
    file: MANAGED,
    edits: [['...(crash !== undefined && { error: crash.error })', '']],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'events: a stop whose error JSON writes as it is',
    file: MANAGED,
    edits: [["'error' in event ? withErrorInJson(event, 'error') : event", 'event']],
    tests: 'e2e/events-listeners',
    project: 'nest-12',
  },
  {
    name: 'events: two stops of a loop of the leader that a listener stops as its term ends',
    file: LEADER_ONLY,
    edits: [['if (isLast) {', 'if (this.isOver) {']],
    tests: 'e2e/events-leader',
    project: 'nest-12',
  },
  {
    name: 'events: the recovery of a run before its end',
    file: MANAGED,
    edits: [
      [
        'if (environment.events.hasListeners) {',
        'if (environment.events.hasListeners && !this.isReportedHung) {',
      ],
      [
        "      this.tell({ type: 'recovered', result: resultOf(this.runs, figures, error) }, wall);\n",
        "      this.tell({ type: 'recovered', result: resultOf(this.runs, figures, error) }, wall);\n      this.tell({ type: 'run-ended', result: resultOf(this.runs, figures, error) }, wall);\n",
      ],
    ],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'events: a recovery that nobody hears of',
    file: MANAGED,
    edits: [
      ["      this.tell({ type: 'recovered', result: resultOf(this.runs, figures, error) }, wall);\n", ''],
    ],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'events: a hung run that nobody hears of',
    file: HUNG_SWEEP,
    edits: [["    loop.tell({ type: 'hung', run: new RunInProgress(loop) });\n", '']],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'events: an update that nobody hears of',
    file: MANAGED,
    edits: [["    this.tell({ type: 'updated' });\n", '']],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'events: a pause without its reason',
    file: STEERING,
    edits: [['...(reason !== undefined && { reason })', '']],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'events: a term that nobody hears of',
    file: LEADER_ONLY,
    edits: [['    this.work.termStarted?.(this.group.name);\n', '']],
    tests: 'e2e/events-leader',
    project: 'nest-12',
  },
  {
    name: 'events: a term that ends twice',
    file: LEADER_ONLY,
    edits: [['if (wasInTerm) {', '{']],
    tests: 'e2e/events-leader',
    project: 'nest-12',
  },
  {
    name: 'events: the date of the listener, and not of the event',
    file: MANAGED,
    edits: [['toDate(at ?? wallTime.at(clock.now()))', 'toDate(Date.now())']],
    tests: 'e2e/events-run',
    project: 'nest-12',
  },
  {
    name: 'metrics: what a loop has counted is lost when it leaves',
    file: LOOP_METRICS,
    edits: [['this.keptOf(this.names.of(loop)).keep(loop)', 'this.keptOf(this.names.of(loop))']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: a look that counts twice what has left',
    file: LOOP_METRICS,
    edits: [['[name, tally.next()]', '[name, tally]']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: a timeout that counts as a failure',
    file: LOOP_METRICS,
    edits: [['if (loop?.isPastDeadline === true) {', 'if (false) {']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: histograms with skipped runs',
    file: LOOP_METRICS,
    edits: [["if (measured.outcome !== 'skipped') {", '{']],
    tests: 'e2e/(prometheus-scrape|opentelemetry-metrics|loop-metrics)',
    project: 'nest-12',
  },
  {
    name: 'metrics: a record that throws and makes its run fail',
    file: LOOP_METRICS,
    edits: [
      [
        '    } catch (error) {\n      if (!this.hasFailed) {',
        '    } catch (error) {\n      throw error;\n      if (!this.hasFailed) {',
      ],
    ],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: a line in the log for every run that is not recorded',
    file: LOOP_METRICS,
    edits: [['if (!this.hasFailed) {', '{']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: a name for each loop that is started at run time',
    file: SERIES_NAMES,
    edits: [['spec.metricsName ?? (isTemporary ? DYNAMIC : spec.name)', 'spec.metricsName ?? spec.name']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: names without a limit',
    file: SERIES_NAMES,
    edits: [['if (this.known.size < MOST_NAMES) {', '{']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: a warning for each name that is too many',
    file: SERIES_NAMES,
    edits: [['if (!this.hasWarned) {', '{']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: types of errors without a limit',
    file: 'src/nest/observe/error-types.ts',
    edits: [['if (this.known.size < MOST_TYPES) {', '{']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: a run in progress that counts as ended',
    file: SERIES_TALLY,
    edits: [['- (isInProgress ? 1 : 0)', '']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: a timeout that counts as a failure, too',
    file: SERIES_TALLY,
    edits: [['runs.failed += failures - timedOut', 'runs.failed += failures']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: the first last success of several loops',
    file: SERIES_TALLY,
    edits: [['Math.max(this.lastSuccess, lastSuccessAt)', 'Math.min(this.lastSuccess, lastSuccessAt)']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: a loop with workers that counts as several',
    file: 'src/nest/observe/count-states.ts',
    edits: [['if (spec.workers === 1) {', '{']],
    tests: 'e2e/loop-metrics',
    project: 'nest-12',
  },
  {
    name: 'metrics: what begins at the start stays when the start fails',
    file: 'src/nest/run/start-hooks.ts',
    edits: [['begun.toReversed().forEach((hook) => hook.undo());', '']],
    tests: 'e2e/prometheus-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'metrics: a register without a look at what it has',
    file: REGISTRATION,
    edits: [['  begin(): void {\n    this.requireRoom();', '  begin(): void {']],
    tests: 'e2e/prometheus-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'metrics: a closing application that takes those of the next one out',
    file: REGISTRATION,
    edits: [['if (this.register.getSingleMetric(name) === metric) {', '{']],
    tests: 'e2e/prometheus-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'metrics: a place that is not free until the loops have ended',
    file: 'src/prometheus/loop.exporter.ts',
    edits: [['this.registration.hasEnded = true;', '']],
    tests: 'e2e/prometheus-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'metrics: a reset that keeps what has gone',
    file: 'src/prometheus/loop-collectors.ts',
    edits: [['metric.reset();', '']],
    tests: 'e2e/prometheus-scrape',
    project: 'nest-12',
  },
  {
    name: 'metrics: a snapshot that is never read anew',
    file: 'src/prometheus/loop-collectors.ts',
    edits: [['void Promise.resolve().then(() => (this.snapshot = undefined));', '']],
    tests: 'e2e/prometheus',
    project: 'nest-12',
  },
  {
    name: 'metrics: a reserved name that is taken',
    file: 'src/nest/declare/metrics-name.ts',
    edits: [["name.startsWith('_')", 'false']],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'health: a paused loop that is unwell',
    file: CHECK_LOOPS,
    edits: [['loop.isPaused ? undefined : find(loop)', 'find(loop)']],
    tests: 'e2e/health-check',
    project: 'nest-12',
  },
  {
    name: 'health: a run in progress that is overdue',
    file: CHECK_LOOPS,
    edits: [["state === 'waiting' && overdueFor > tolerance", 'overdueFor > tolerance']],
    tests: 'e2e/health-check',
    project: 'nest-12',
  },
  {
    name: 'health: a delay of exactly the tolerance',
    file: CHECK_LOOPS,
    edits: [['overdueFor > tolerance', 'overdueFor >= tolerance']],
    tests: 'e2e/health-check',
    project: 'nest-12',
  },
  {
    name: 'health: a failing dependency that restarts the process',
    file: CHECK_LOOPS,
    edits: [['liveness: healthOf(stuck, elections)', 'liveness: healthOf(unwell, elections)']],
    tests: 'e2e/health-check',
    project: 'nest-12',
  },
  {
    name: 'health: a stopped loop that fails',
    file: CHECK_LOOPS,
    edits: [['isAtWork && consecutiveFailures', 'consecutiveFailures']],
    tests: 'e2e/health-check',
    project: 'nest-12',
  },
  {
    name: 'health: one failure too many',
    file: CHECK_LOOPS,
    edits: [
      ['consecutiveFailures >= maxConsecutiveFailures', 'consecutiveFailures > maxConsecutiveFailures'],
    ],
    tests: 'e2e/health-check',
    project: 'nest-12',
  },
  {
    name: 'health: an error that everybody may read',
    file: CHECK_LOOPS,
    edits: [['...(showErrors && {', '...({']],
    tests: 'e2e/health-check',
    project: 'nest-12',
  },
  {
    name: 'health: a filter that returns a promise',
    file: CHECK_LOOPS,
    edits: [
      [
        '  requireBoolean(isChecked, `${owner}: what loops returns`); // a promise would mean every loop\n',
        '',
      ],
    ],
    tests: '(e2e/health-check|mistakes/mistakes)',
    project: 'nest-12',
  },
  {
    name: 'health: an expired lease that is well',
    file: CHECK_LOOPS,
    edits: [
      [
        'liveness: healthOf(stuck, elections), readiness: healthOf(unwell, elections)',
        'liveness: healthOf(stuck, []), readiness: healthOf(unwell, [])',
      ],
    ],
    tests: 'e2e/health-check',
    project: 'nest-12',
  },
  {
    name: 'page data: overdue before failing',
    file: PAGE_VIEW,
    edits: [
      [
        '[...unwell.hung, ...unwell.failing, ...unwell.overdue, ...well]',
        '[...unwell.hung, ...unwell.overdue, ...unwell.failing, ...well]',
      ],
    ],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: a failing loop that hangs is only failing',
    file: LOOP_OVERVIEW,
    edits: [
      [
        "    if (loop.isHung) {\n      return 'hung';\n    }\n    if (isFailing(loop)) {\n      return 'failing';\n    }\n",
        "    if (isFailing(loop)) {\n      return 'failing';\n    }\n    if (loop.isHung) {\n      return 'hung';\n    }\n",
      ],
    ],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: failing in standby',
    file: LOOP_OVERVIEW,
    edits: [["state !== 'standby' && figures", 'figures']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: failing after a stop by hand',
    file: LOOP_OVERVIEW,
    edits: [
      [
        '    return crash !== undefined;',
        '    return crash !== undefined || figures.trouble.consecutiveFailures > 0;',
      ],
    ],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: well after a crash',
    file: LOOP_OVERVIEW,
    edits: [['    return crash !== undefined;', '    return false;']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: groups that another replica leads',
    file: LOOP_OVERVIEW,
    edits: [['names.filter((name) => this.election.isLeader(name))', 'names']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: counts of what matches',
    file: PAGE_VIEW,
    edits: [['      counts[state]++;\n', '']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: a filter by state that does not know problems',
    file: PAGE_VIEW,
    edits: [['wanted.has(state) || wanted.has(problem)', 'wanted.has(state)']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: a filter by state that takes a problem for the state',
    file: PAGE_VIEW,
    edits: [['wanted.has(state) || wanted.has(problem)', 'wanted.has(problem)']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: a total of what is listed',
    file: PAGE_VIEW,
    edits: [['total: rows.length', 'total: listed.length']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: a search in capital letters',
    file: PAGE_QUERY,
    edits: [['.trim().toLowerCase()', '.trim()']],
    tests: 'unit/page/page-query',
  },
  {
    name: 'page data: a limit above 500',
    file: PAGE_QUERY,
    edits: [[' && number <= MOST_LISTED', '']],
    tests: 'unit/page/page-query',
  },
  {
    name: 'page data: a limit of 0',
    file: PAGE_QUERY,
    edits: [['number >= 1 && ', '']],
    tests: 'unit/page/page-query',
  },
  {
    name: 'page data: a search among old schedules',
    file: SEARCH_TEXTS,
    edits: [['known?.spec === spec', 'known !== undefined']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: no search in schedules',
    file: SEARCH_TEXTS,
    edits: [['`${name}\\n${spec.schedule.describe()}`', 'name']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: a look at the loops for each request',
    file: PAGE_SOURCE,
    edits: [['>= LASTS', '> -1']],
    tests: 'e2e/page-data-cache',
    project: 'nest-12',
  },
  {
    name: 'page data: a look that lasts a millisecond too long',
    file: PAGE_SOURCE,
    edits: [['>= LASTS', '> LASTS']],
    tests: 'e2e/page-data-cache',
    project: 'nest-12',
  },
  {
    name: 'page data: nothing is forgotten',
    file: PAGE_SOURCE,
    edits: [['  forget(): void {\n    this.view = undefined;', '  forget(): void {']],
    tests: 'e2e/page-data-cache',
    project: 'nest-12',
  },
  {
    name: 'page data: rows written for each request',
    file: PAGE_VIEW,
    edits: [['row.json ??= ', 'row.json = ']],
    tests: 'e2e/page-data-cache',
    project: 'nest-12',
  },
  {
    name: 'page data: all rows written',
    file: PAGE_VIEW,
    edits: [
      [
        'firstOf(rows, limit ?? this.usualLimit, open).map((row) => this.jsonOf(row))',
        'rows.map((row) => this.jsonOf(row)).slice(0, limit)',
      ],
    ],
    tests: 'e2e/page-data-cache',
    project: 'nest-12',
  },
  {
    name: 'page data: an open loop that is well leaves a list that is cut',
    file: PAGE_VIEW,
    edits: [['loop.name === open', 'false']],
    tests: 'e2e/page-data',
    project: 'nest-12',
  },
  {
    name: 'page data: a paused loop that is well leaves a list that is cut',
    file: PAGE_VIEW,
    edits: [['problem !== undefined || loop.isPaused', 'problem !== undefined']],
    tests: 'e2e/page-data',
    project: 'nest-12',
  },
  {
    name: 'page data: the list of another filter',
    file: PAGE_VIEW,
    edits: [['this.last?.filter !== key', 'this.last === undefined']],
    tests: 'e2e/page-data-cache',
    project: 'nest-12',
  },
  {
    name: 'page data: the raw error',
    file: LOOP_TEXTS,
    edits: [
      [
        '      lastError: this.errorOf(loop, reasonOf), // in place of the error itself, which may hold secrets\n',
        '',
      ],
    ],
    tests: 'e2e/page-data-errors',
    project: 'nest-12',
  },
  {
    name: 'page data: errors in spite of showErrors',
    file: LOOP_TEXTS,
    edits: [['this.showErrors && hasError', 'hasError']],
    tests: 'e2e/page-data-errors',
    project: 'nest-12',
  },
  {
    name: 'page data: the stack in the list',
    file: LOOP_TEXTS,
    edits: [['this.errorOf(loop, reasonOf)', 'this.errorOf(loop, stackOf)']],
    tests: 'e2e/page-data-errors',
    project: 'nest-12',
  },
  {
    name: 'page data: not what ended the loop',
    file: LOOP_TEXTS,
    edits: [['crash ? crash.error : trouble.lastError', 'trouble.lastError']],
    tests: 'e2e/page-data.spec',
    project: 'nest-12',
  },
  {
    name: 'page data: a service that counts as a decorator',
    file: LOOP_TEXTS,
    edits: [["isTemporary ? 'service' : 'decorator'", "'decorator'"]],
    tests: 'e2e/page-data-detail',
    project: 'nest-12',
  },
  {
    name: 'page data: the history of a loop that has gone',
    file: LOOP_HISTORY,
    edits: [['    overview.whenRemoved((loop) => void this.rings.delete(loop));\n', '']],
    tests: 'e2e/page-data-history',
    project: 'nest-12',
  },
  {
    name: 'page data: a run too many in the ring',
    file: RUN_RING,
    edits: [['Math.min(this.length + 1, this.size)', 'this.length + 1']],
    tests: 'e2e/page-data-history',
    project: 'nest-12',
  },
  {
    name: 'page data: the oldest run first in the detail',
    file: RUN_RING,
    edits: [['const run = this.last - age;', 'const run = this.last - this.length + 1 + age;']],
    tests: 'e2e/page-data-history',
    project: 'nest-12',
  },
  {
    name: 'page data: the decorator comes after the defaults',
    file: LOOP_DEFAULTS,
    edits: [['written[option] === undefined && ', '']],
    tests: 'unit/page/describe-options',
  },
  {
    name: 'page data: where loops has changed an option',
    file: RESOLVE_LOOP,
    edits: [["withSource(sources, 'loops', changes)", 'sources']],
    tests: 'unit/page/describe-options',
  },
  {
    name: 'page data: where an update has changed an option',
    file: UPDATE_LOOP,
    edits: [["withSource(spec.sources, 'update', changes)", 'spec.sources']],
    tests: 'unit/page/describe-options',
  },
  {
    name: 'page data: an object for each loop without defaults',
    file: OPTION_SOURCES,
    edits: [['added.length === 0 ? sources : ', '']],
    tests: 'unit/page/describe-options',
  },
  {
    name: 'page data: hungAfter where it is switched off',
    file: DESCRIBE_OPTIONS,
    edits: [["hungAfter !== undefined && options['hungAfter'] === undefined", 'hungAfter !== undefined']],
    tests: 'unit/page/describe-options',
  },
  {
    name: 'page data: growth of what does not grow',
    file: DESCRIBE_OPTIONS,
    edits: [['first > 0 && factor > 1 && max > first', 'true']],
    tests: 'unit/page/describe-options',
  },
  {
    name: 'page: a form is taken as JSON',
    file: 'src/page/request-checks.ts',
    edits: [["type.trim().toLowerCase() !== 'application/json'", "type === ''"]],
    tests: 'e2e/page-cross-site',
    project: 'nest-12',
  },
  {
    name: 'page: no header of its own is needed',
    file: 'src/page/request-checks.ts',
    edits: [["headerOf(request, 'x-nestjs-wait') !== '1'", 'false']],
    tests: 'e2e/page-cross-site',
    project: 'nest-12',
  },
  {
    name: 'page: a sister site may act',
    file: 'src/page/request-checks.ts',
    edits: [["return site === 'same-origin';", "return site !== 'cross-site';"]],
    tests: 'e2e/page-cross-site',
    project: 'nest-12',
  },
  {
    name: 'page: an origin is not compared with the host',
    file: 'src/page/request-checks.ts',
    edits: [['new URL(own).origin === origin', "origin !== ''"]],
    tests: 'e2e/page-cross-site',
    project: 'nest-12',
  },
  {
    name: 'page: what the browser says is not asked',
    file: 'src/page/request-checks.ts',
    edits: [['return isSameOrigin(request) ?', "return URL.canParse('http://x') ?"]],
    tests: 'e2e/page-cross-site',
    project: 'nest-12',
  },
  {
    name: 'page: whoever may look may act',
    file: 'src/page/page-actions.ts',
    edits: [['refuseReader(access) ?? refuseForeign(request)', 'refuseForeign(request)']],
    tests: 'e2e/page-access',
    project: 'nest-12',
  },
  {
    name: 'page: the access function is not asked',
    file: 'src/page/page-access.guard.ts',
    edits: [["if (access !== 'all' && access !== 'read') {", 'if (access === undefined) {']],
    tests: 'e2e/page-access',
    project: 'nest-12',
  },
  {
    name: 'page: a request without a decision may act',
    file: 'src/page/page-access.guard.ts',
    edits: [['getRequest<Admitted>()[ACCESS] = access;', "getRequest<Admitted>()[ACCESS] = 'all';"]],
    tests: 'e2e/page-access',
    project: 'nest-12',
  },
  {
    name: 'page: the guards of the user are left out',
    file: 'src/page/page-controller.ts',
    edits: [['@UseGuards(...guards, PageAccessGuard)', '@UseGuards(PageAccessGuard)']],
    tests: 'e2e/page-access',
    project: 'nest-12',
  },
  {
    name: 'page: the routes have a version',
    file: 'src/page/page-controller.ts',
    edits: [['@Controller({ path, version: VERSION_NEUTRAL })', '@Controller({ path })']],
    tests: 'e2e/page-surroundings',
    project: 'nest-12',
  },
  {
    name: 'page: another instance acts',
    file: 'src/page/page-actions.ts',
    edits: [['if (instance !== this.source.instance) {', "if (instance === '') {"]],
    tests: 'e2e/page-actions',
    project: 'nest-12',
  },
  {
    name: 'page: a stopped loop is paused',
    file: 'src/page/page-actions.ts',
    edits: [["if (before.state === 'stopped') {", "if (before.name === '') {"]],
    tests: 'e2e/page-actions',
    project: 'nest-12',
  },
  {
    name: 'page: a refusal that comes late is not waited for',
    file: 'src/page/page-actions.ts',
    edits: [['handle.trigger(), afterAllCallbacks()]', 'handle.trigger(), Promise.resolve()]']],
    tests: 'e2e/page-actions',
    project: 'nest-12',
  },
  {
    name: 'page: an action shows only in the next second',
    file: 'src/page/page-actions.ts',
    edits: [['    this.source.forget();\n', '']],
    tests: 'e2e/page-actions',
    project: 'nest-12',
  },
  {
    name: 'page: a note may be of any length',
    file: 'src/page/read-action.ts',
    edits: [['note.length > LONGEST_NOTE', 'note.length > Infinity']],
    tests: 'e2e/page-actions',
    project: 'nest-12',
  },
  {
    name: 'page: an action of another site is not logged',
    file: 'src/page/page-actions.ts',
    edits: [['if (refusal.status === 403) {', 'if (refusal.status === 401) {']],
    tests: 'e2e/page-log',
    project: 'nest-12',
  },
  {
    name: 'page: a weak tag is another one',
    file: 'src/page/page-answers.ts',
    edits: [["tag.trim().replace(/^W\\//, '')", 'tag.trim()']],
    tests: 'e2e/page-routes',
    project: 'nest-12',
  },
  {
    name: 'page: a client that polls is not told to leave',
    file: 'src/page/page-answers.ts',
    edits: [['    this.isClosing = true;\n', '']],
    tests: 'e2e/page-lifecycle',
    project: 'nest-12',
  },
  {
    name: 'page: a slash at the end is kept',
    file: 'src/page/page-controller.ts',
    edits: [["last ? `${last}/page` : 'page'", '`${last}/page`']],
    tests: 'e2e/page-routes',
    project: 'nest-12',
  },
  {
    name: 'page: it is open without a word',
    file: 'src/page/read-page-options.ts',
    edits: [['guards.length === 0 && !isOpen', 'guards.length === 0 && isOpen']],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
  {
    name: 'page: a path in a factory has no effect',
    file: 'src/page/read-page-options.ts',
    edits: [['if (isAsync) {', 'if (!isAsync && isAsync) {']],
    tests: 'mistakes/mistakes',
    project: 'nest-12',
  },
];

const copy = mkdtempSync(join(tmpdir(), 'nestjs-wait-mutate-'));
for (const part of ['src', 'test', 'sample-app/src', 'package.json', 'tsconfig.json']) {
  cpSync(join(root, part), join(copy, part), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

/** Whether some of these tests fail on the copy as it stands. */
function isRed(project, ...patterns) {
  // In one process, so that a mistake that never ends does not outlive it.
  const jest = [
    'node_modules/jest/bin/jest.js',
    '--config',
    'test/jest.config.js',
    '--bail',
    '--runInBand',
    '--testTimeout=10000',
  ];
  const selection = ['--selectProjects', project, '--testPathPatterns', ...patterns];
  const env = { ...process.env, LEADER_ELECTION_ENGINES: 'memory,postgres,redis' };
  const options = { cwd: copy, env, encoding: 'utf8', timeout: 300_000, killSignal: 'SIGKILL' };
  const { stderr, signal } = spawnSync(process.execPath, [...jest, ...selection], options);
  if (signal !== null) {
    return true;
  }
  if (!stderr.includes('Tests:')) {
    throw new Error(`The tests did not run.\n${stderr}`);
  }
  return /^Test(?:s| Suites): .*\bfailed/m.test(stderr); // a suite that does not load has no tests
}

function isNoticed({ name, file, edits, tests, project = 'core' }) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const mutated = edits.reduce((text, [found, replacement]) => {
    if (text.split(found).length !== 2) {
      throw new Error(
        `${name}: ${JSON.stringify(found)} does not stand exactly once in ${file}. Mend test/mutate.js.`,
      );
    }
    return text.replace(found, replacement);
  }, source);
  writeFileSync(path, mutated);
  const noticed = isRed(project, tests);
  writeFileSync(path, source);
  return noticed;
}

try {
  const wanted = MUTATIONS.filter(({ name }) => name.includes(process.argv[2] ?? ''));
  for (const project of new Set(wanted.map((mutation) => mutation.project ?? 'core'))) {
    const patterns = wanted.filter((mutation) => (mutation.project ?? 'core') === project);
    if (isRed(project, ...new Set(patterns.map(({ tests }) => tests)))) {
      throw new Error('The tests are red before anything is changed. Mend that first.');
    }
  }
  const unnoticed = wanted.filter((mutation) => {
    const noticed = isNoticed(mutation);
    console.log(`${noticed ? 'red  ' : 'GREEN'} ${mutation.name}`);
    return !noticed;
  });
  console.log(`mutations ${wanted.length - unnoticed.length}/${wanted.length}`);
  process.exitCode = unnoticed.length > 0 ? 1 : 0;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
