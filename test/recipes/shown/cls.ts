// cls.ts
import { CLS_ID, ClsModule, ClsService } from 'nestjs-cls';
import { WaitModule, type AroundRun } from 'nestjs-wait';

const withStore =
  (cls: ClsService): AroundRun =>
  (run, next) =>
    cls.run({ ifNested: 'override' }, () => {
      cls.set(CLS_ID, `${run.loop}, run ${run.number}`);
      return next();
    });

export const clsModule = ClsModule.forRoot({ global: true, middleware: { mount: true, generateId: true } });
export const waitModule = WaitModule.forRootAsync({
  inject: [ClsService],
  useFactory: (cls: ClsService) => ({
    around: [withStore(cls)],
    crashHandlers: [(error) => console.error(`[${cls.getId()}]`, error)],
  }),
});
