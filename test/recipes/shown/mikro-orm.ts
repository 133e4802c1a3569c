// mikro-orm.ts
import { MikroORM, RequestContext } from '@mikro-orm/core';
import { WaitModule, type AroundRun } from 'nestjs-wait';

const withEntityManager =
  (orm: MikroORM): AroundRun =>
  (_run, next) =>
    RequestContext.create(orm.em, next);

export const waitModule = WaitModule.forRootAsync({
  inject: [MikroORM],
  useFactory: (orm: MikroORM) => ({ around: [withEntityManager(orm)] }),
});
