import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { WaitModule } from 'nestjs-wait';
import { OutboxModule } from './outbox.module.js';
import { Report } from './report.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    WaitModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        loops: { 'Outbox.flush': { period: config.get('POLL') } },
      }),
    }),
    OutboxModule,
  ],
  providers: process.env.WITH_REPORT ? [Report] : [],
})
export class AppModule {}
