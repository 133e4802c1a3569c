// Boots the example of several loops on one method, for its lines in the log.
import { NestFactory } from '@nestjs/core';
import { WaitModule } from 'nestjs-wait';
import { MailJob } from './jobs.js';

class AppModule {}

const imports = [WaitModule.forRoot()];
const app = await NestFactory.createApplicationContext({ module: AppModule, imports, providers: [MailJob] });
await app.close();
