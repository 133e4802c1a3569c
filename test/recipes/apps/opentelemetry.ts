import { trace } from '@opentelemetry/api';
import { waitModule } from '../opentelemetry.js';
import { finishedSpans } from '../own/telemetry.js';
import { interleave } from './interleaved.js';
import { report } from './report.js';

const tracer = trace.getTracer('test');

await interleave([waitModule], {
  request: (handle) => tracer.startActiveSpan('request', (span) => handle().finally(() => span.end())),
  begin: (who, turn) => tracer.startSpan(`${who} ${turn} begins`).end(),
  end: (who, turn) => tracer.startSpan(`${who} ${turn} ends`).end(),
});
const spans = finishedSpans();
const requests = spans.filter(({ name }) => name === 'request').map((span) => span.spanContext().traceId);
for (const span of spans) {
  report({ span: span.name, ofRequest: requests.indexOf(span.spanContext().traceId) + 1 });
}
