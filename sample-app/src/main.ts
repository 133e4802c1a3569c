import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { BufferedLogger } from './log-flush/buffered-logger.js';
import { reasonOf } from './reason-of.js';
import { Settings } from './settings.js';
import { makeStateFolder } from './state-folder.js';

const CONTEXT = 'Main';

try {
  const app = await NestFactory.create(AppModule, {
    bufferLogs: true, // until the logger below exists
    autoFlushLogs: false, // an error would be logged with its stack, but the reason below is enough
    abortOnError: false,
    forceCloseConnections: true,
  });
  const logger = app.get(BufferedLogger);
  app.useLogger(logger);
  app.flushLogs();
  app.enableShutdownHooks();
  const { host, port, isLocal, stateDir } = app.get(Settings);
  await makeStateFolder(stateDir);
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = await app.getUrl();
  logger.log(
    `Listening on ${url}: /healthz, /readyz, /metrics, /loops, /leader, /rivals, /resources, /sizes, /trouble/…`,
    CONTEXT,
  );
  if (isLocal) {
    logger.log(`Look at the loops, and steer them: ${url}/loops`, CONTEXT);
  }
} catch (error) {
  console.error(reasonOf(error));
  process.exit(1); // a connection that is left does not keep the process
}
