import { AsyncLocalStorage } from 'node:async_hooks';
import { WaitModule } from 'nestjs-wait';
import { outOfTheRequest } from '../outside.js';
import { interleave } from './interleaved.js';
import { report } from './report.js';

const storage = new AsyncLocalStorage<string>();

await interleave([WaitModule.forRoot({ around: [outOfTheRequest] })], {
  request: (handle) => storage.run('of a request', handle),
  end: (who, turn) => report({ who, turn, sees: storage.getStore() ?? 'nothing' }),
});
