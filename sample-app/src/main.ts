import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { BufferedLogger } from './log-flush/buffered-logger.js';
import { Settings } from './settings.js';

const app = await NestFactory.create(AppModule, { bufferLogs: true, forceCloseConnections: true });
const logger = app.get(BufferedLogger);
app.useLogger(logger);
app.enableShutdownHooks();
try {
  const { host, port } = app.get(Settings);
  await app.listen(port, host);
  logger.log(
    `Listening on ${await app.getUrl()}: /healthz, /readyz, /metrics, /loops, /leader, /rivals, /resources, /sizes, /steer/…, /trouble/…`,
    'Main',
  );
} catch {
  process.exitCode = 1; // Nest has logged why
  await app.close();
}
