// A run that ignores its signal, and something that closes after the loops.
import { start, wait } from './application.mjs';

class Database {
  onModuleDestroy() {
    console.log('database closed');
  }
}

await start(
  wait.Until('1h'),
  () => {
    console.log('run');
    return new Promise((resolve) => {
      setTimeout(resolve, 60_000);
    });
  },
  {},
  [Database],
);
