export { SqliteDriver as driver } from '@mikro-orm/sqlite';
