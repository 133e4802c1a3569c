// A user's application with the page of its loops. It is bundled as it is, as CommonJS and as ES modules.
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import helmet from 'helmet';
import { Until, WaitModule } from 'nestjs-wait';
import { WaitPageModule } from 'nestjs-wait/page';

// The loops have names of their own, since minifiers rename classes.

@Injectable()
class Outbox {
  @Until({ period: '1h', name: 'Outbox.flush' })
  flush(): void {}
}

@Injectable()
class Report {
  @Until({ period: '1h', name: 'Report.write' })
  write(): void {
    throw new Error('the disk is full');
  }
}

@Module({
  imports: [WaitModule.forRoot(), WaitPageModule.forRoot({ access: () => 'all', showErrors: true })],
  providers: [Outbox, Report],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  app.use(helmet());
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
  await app.listen(0, '127.0.0.1');
  console.log(`Listening on ${await app.getUrl()}`);
}

void main();
