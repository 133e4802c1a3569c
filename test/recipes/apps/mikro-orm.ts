import { EntityManager, EntitySchema, MikroORM } from '@mikro-orm/core';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { waitModule } from '../mikro-orm.js';
import { driver } from '../own/database.js';
import { interleave } from './interleaved.js';
import { report } from './report.js';

class Parcel {
  id!: number;
  state!: string;
}

const schema = new EntitySchema<Parcel>({
  class: Parcel,
  properties: { id: { type: 'number', primary: true }, state: { type: 'string' } },
});
const databaseModule = MikroOrmModule.forRoot({ driver, dbName: ':memory:', entities: [schema] });

await interleave([databaseModule, waitModule], async (app) => {
  const connection = app.get(MikroORM).em.getConnection();
  await connection.execute('create table parcel (id integer primary key, state text)');
  await connection.execute(`insert into parcel values (1, 'new')`);
  const em = app.get(EntityManager);
  const parcels = new Map<string, Parcel>();
  const known = (): number => em.getContext().getUnitOfWork().getIdentityMap().keys().length;
  return {
    begin: async (who, turn) => {
      report({ who, turn, knownBefore: known() });
      const parcel = await em.findOneOrFail(Parcel, 1);
      parcel.state = `taken by ${who}`; // and not flushed, so that nobody else may see it
      parcels.set(who, parcel);
    },
    end: async (who, turn) => {
      const parcel = await em.findOneOrFail(Parcel, 1);
      report({ who, turn, isSame: parcel === parcels.get(who), state: parcel.state, known: known() });
    },
  };
});
