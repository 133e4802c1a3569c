// In the place of `@opentelemetry/sdk-node`, which brings sixty packages: the same parts of the real SDK, with
// the exporter that OTEL_TRACES_EXPORTER=console stands for.
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

export class NodeSDK {
  private readonly provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())],
  });

  constructor(readonly configuration: { readonly serviceName: string }) {}

  start(): void {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(this.provider);
  }

  shutdown(): Promise<void> {
    return this.provider.shutdown();
  }
}
