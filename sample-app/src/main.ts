import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { BufferedLogger } from './log-flush/buffered-logger.js';
import { Settings } from './settings.js';

const app = await NestFactory.create(AppModule, { bufferLogs: true, forceCloseConnections: true });
const logger = app.get(BufferedLogger);
app.useLogger(logger);
app.enableShutdownHooks();
try {
  const { host, port, isLocal } = app.get(Settings);
  await app.listen(port, host);
  const url = await app.getUrl();
  logger.log(
    `Listening on ${url}: /healthz, /readyz, /metrics, /loops, /leader, /rivals, /resources, /sizes, /trouble/…`,
    'Main',
  );
  if (isLocal) {
    logger.log(`Look at the loops, and steer them: ${url}/loops`, 'Main');
  }
} catch {
  process.exitCode = 1; // Nest has logged why
  await app.close();
}
