// libSQL is SQLite with a prebuilt binary for Node 20.
export { LibSqlDriver as driver } from '@mikro-orm/libsql';
