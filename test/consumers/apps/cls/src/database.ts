import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';

/** Knows the run that writes to it, though nobody passes it on. */
@Injectable()
export class Database implements OnModuleDestroy {
  constructor(private readonly cls: ClsService) {}

  insert(row: string): void {
    console.log(`written by ${this.cls.getId()}: ${row}`);
  }

  onModuleDestroy(): void {
    console.log('database closed');
  }
}
