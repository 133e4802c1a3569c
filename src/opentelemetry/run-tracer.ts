import type { Attributes, Span, Tracer, TracerProvider } from '@opentelemetry/api';
import { isError } from '../core/errors.js';
import { messageOf } from '../core/values/error-text.js';
import { errorTypeOf } from '../core/values/error-type.js';
import type { AroundRun, LoopRun } from '../index.js';
import type { LoopMetrics, Thrown } from '../nest/observe/loop-metrics.js';
import { reportFailure, SCOPE, type OpenTelemetryApi } from './opentelemetry-api.js';
import { LOOP_NAME } from './pulled-metrics.js';

/** Makes a span of each run. */
export class RunTracer {
  private provider: TracerProvider | undefined;
  private tracer: Tracer | undefined;
  private isClosed = false;

  constructor(
    private readonly api: OpenTelemetryApi,
    private readonly metrics: LoopMetrics,
  ) {}

  /**
   * Returns the function that runs around each run.
   *
   * **Details.** The span begins a trace of its own and is active in the run. Nothing else of the context
   * stays in which the loop was started: it may be that of a request which has ended weeks ago.
   */
  get aroundRun(): AroundRun {
    const { context, trace, ROOT_CONTEXT } = this.api;
    const traceRun: AroundRun = async (run, next) => {
      const span = this.begin(run);
      const inSpan = span === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, span);
      let result: unknown;
      try {
        result = await context.with(inSpan, next);
      } catch (error) {
        this.end(span, run, { error });
        throw error;
      }
      this.end(span, run);
      return result;
    };
    return traceRun;
  }

  /** Makes no more spans. A loop that runs forever still leaves the context in which it was started. */
  close(): void {
    this.isClosed = true;
  }

  private begin(run: LoopRun): Span | undefined {
    const { SpanKind, ROOT_CONTEXT } = this.api;
    if (this.isClosed) {
      return undefined;
    }
    try {
      const name = this.metrics.loopNameOf(run);
      const options = { kind: SpanKind.INTERNAL, attributes: this.attributesOf(run, name) };
      return this.currentTracer().startSpan(name, options, ROOT_CONTEXT);
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }

  /** A span ends even if the SDK cannot read what the run threw. */
  private end(span: Span | undefined, run: LoopRun, thrown?: Thrown): void {
    try {
      try {
        if (span?.isRecording() === true) {
          this.describe(span, run, thrown);
        }
      } finally {
        span?.end();
      }
    } catch (error) {
      this.report(error);
    }
  }

  private describe(span: Span, run: LoopRun, thrown: Thrown | undefined): void {
    const outcome = this.metrics.outcomeOf(run, thrown);
    span.setAttribute('nestjs_wait.run.outcome', outcome);
    if (thrown !== undefined && (outcome === 'failed' || outcome === 'timedOut')) {
      const { error } = thrown;
      const message = messageOf(error);
      span.setAttribute('error.type', errorTypeOf(error));
      span.setStatus({ code: this.api.SpanStatusCode.ERROR, message });
      span.recordException(isError(error) ? error : message); // the last step, since it may throw
    }
  }

  /** An SDK may be registered at any time, and a tracer of before does not always notice. */
  private currentTracer(): Tracer {
    const provider = this.api.trace.getTracerProvider();
    if (this.tracer === undefined || provider !== this.provider) {
      this.provider = provider;
      this.tracer = provider.getTracer(SCOPE.name, SCOPE.version);
    }
    return this.tracer;
  }

  private report(error: unknown): void {
    reportFailure(this.api, 'a span could not be made', error);
  }

  private attributesOf({ loop, number, cause, leaderOnly }: LoopRun, name: string): Attributes {
    const metricsName = this.metrics.nameOf(loop);
    return {
      [LOOP_NAME]: name,
      ...(loop !== name && { 'nestjs_wait.loop.worker': loop }),
      ...(metricsName !== name && { 'nestjs_wait.loop.metrics_name': metricsName }),
      'nestjs_wait.run.number': number,
      'nestjs_wait.run.cause': cause,
      ...(leaderOnly !== undefined && { 'nestjs_wait.leader.name': leaderOnly }),
    };
  }
}
