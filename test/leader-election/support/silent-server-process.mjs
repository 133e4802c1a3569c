// Makes calls that a silent server never answers, closes the lock, and must then end by itself.
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const { folder, pg, port } = JSON.parse(process.argv[2]);
const hook = `export const resolve = (name, context, next) => next(name === 'pg' ? '${pg}' : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { PostgresLock } = await import(pathToFileURL(`${folder}/leader-election/postgres/index.js`).href);

const lock = new PostgresLock({ name: 'a', connection: `postgres://app@127.0.0.1:${port}/app` });
for (let call = 0; call < 5; call++) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('given up')), 50);
  await lock.get(controller.signal).catch((error) => console.log(error.message));
}
const before = performance.now();
await lock.close();
const closed = performance.now();
console.log(closed - before < 2000 ? 'closed' : 'closed too late');
process.on('exit', () => console.log(performance.now() - closed < 500 ? 'ended' : 'ended too late'));
