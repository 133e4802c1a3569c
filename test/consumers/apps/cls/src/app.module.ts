import { Module } from '@nestjs/common';
import { CLS_ID, ClsModule, ClsService } from 'nestjs-cls';
import { WaitModule, type AroundRun } from 'nestjs-wait';
import { OutboxModule } from './outbox.module.js';

const withStore =
  (cls: ClsService): AroundRun =>
  (run, next) =>
    cls.run({ ifNested: 'override' }, () => {
      cls.set(CLS_ID, `${run.loop} ${run.number}`);
      return next();
    });

@Module({
  imports: [
    ClsModule.forRoot({ global: true }),
    WaitModule.forRootAsync({
      inject: [ClsService],
      useFactory: (cls: ClsService) => ({ around: [withStore(cls)] }),
    }),
    OutboxModule,
  ],
})
export class AppModule {}
