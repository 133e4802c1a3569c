import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Outbox } from './outbox.js';
import { Sent } from './sent.entity.js';

/** Says when it is closed, and how many rows it has then. */
class SayingDataSource extends DataSource {
  override async destroy(): Promise<void> {
    const rows = await this.getRepository(Sent).find();
    await super.destroy();
    console.log('database closed');
    console.log(`rows of the runs ${rows.map(({ run }) => run).join(', ')}`);
  }
}

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({ type: 'sqljs', autoLoadEntities: true, synchronize: true, logging: true }),
      dataSourceFactory: (options) => new SayingDataSource(options!).initialize(),
    }),
    TypeOrmModule.forFeature([Sent]),
  ],
  providers: [Outbox],
})
export class OutboxModule {}
