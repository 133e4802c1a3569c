import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';

/** Stands in for a database: it refuses what comes after it has closed. */
@Injectable()
export class Database implements OnModuleDestroy {
  private readonly logger = new Logger('Database');
  private isOpen = true;

  insert(row: string): void {
    if (!this.isOpen) {
      throw new Error(`The database is closed, and refuses ${row}`);
    }
  }

  onModuleDestroy(): void {
    this.isOpen = false;
    this.logger.log('database closed');
  }
}
