import { trace } from '@opentelemetry/api';
import { WaitModule } from 'nestjs-wait';
import { WaitOpenTelemetryModule } from 'nestjs-wait/opentelemetry';
import { finishedSpans } from '../own/telemetry.js';
import { interleave } from './interleaved.js';
import { report } from './report.js';

const tracer = trace.getTracer('test');

await interleave([WaitModule.forRoot(), WaitOpenTelemetryModule.forRoot()], {
  request: (handle) => tracer.startActiveSpan('request', (span) => handle().finally(() => span.end())),
  end: (who, turn) => tracer.startSpan(`${who} ${turn}`).end(),
});
const spans = finishedSpans();
for (const span of spans) {
  const parent = spans.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId);
  const isInTrace = parent === undefined || parent.spanContext().traceId === span.spanContext().traceId;
  const { 'nestjs_wait.loop.name': loop, 'nestjs_wait.run.number': run } = parent?.attributes ?? {};
  report({ span: span.name, parent: parent?.name ?? 'none', loop, run, isInTrace });
}
