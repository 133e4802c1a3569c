import { Module } from '@nestjs/common';
import { Database } from './database.js';
import { Outbox } from './outbox.js';

@Module({ providers: [Outbox, Database] })
export class OutboxModule {}
