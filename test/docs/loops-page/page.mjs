// Boots the applications of docs/page.md, and prints what they answer.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Module } from '@nestjs/common';
import { WaitModule } from 'nestjs-wait';
import { WaitPageModule } from 'nestjs-wait/page';
import { AppModule } from './app.module.js';
import { ask } from './ask.mjs';
import { ConfiguredModule } from './configured.module.js';
import { OperationsModule } from './operations.module.js';
import { Outbox } from './outbox.js';

const password = (text) => ({
  what: `with '${text}'`,
  headers: { authorization: `Basic ${Buffer.from(`eve:${text}`).toString('base64')}` },
});

process.env.LOOPS_PASSWORD = 'secret';
const passwords = [
  ['/loops'],
  ['/loops', password('wrong')],
  ['/loops', password('secret')],
  ['/loops/data', password('secret')],
];
await ask('the password', AppModule, passwords, {
  act: async (url) => {
    const commands = process.env.COMMANDS.replaceAll('localhost:3000', new URL(url).host);
    console.log((await promisify(execFile)('bash', ['-c', commands])).stdout);
  },
});
delete process.env.LOOPS_PASSWORD;
await ask('no password is set', AppModule, [
  ['/loops/data', password('')],
  ['/loops/data', password('undefined')],
]);

class WithOperations {}
Module({ imports: [WaitModule.forRoot(), OperationsModule], providers: [Outbox] })(WithOperations);
const session = (cookie) => ({ what: `look, ${cookie}`, headers: { cookie } });
const pause = (cookie) => ({
  what: `pause, ${cookie}`,
  method: 'POST',
  headers: {
    cookie,
    'content-type': 'application/json',
    'x-nestjs-wait': '1',
    'sec-fetch-site': 'same-origin',
  },
  body: JSON.stringify({ loop: 'Outbox.flush', action: 'pause' }),
});
await ask('users', WithOperations, [
  ['/loops/data', session('none')],
  ['/loops/data', session('sid=bob')],
  ['/loops/data', session('sid=eve')],
  ['/loops/actions', pause('none')],
  ['/loops/actions', pause('sid=bob')],
  ['/loops/actions', pause('sid=eve')],
]);

class WithConfiguration {}
Module({ imports: [WaitModule.forRoot(), ConfiguredModule], providers: [Outbox] })(WithConfiguration);
process.env.LOOPS_PASSWORD = 'secret';
await ask('the defaults', WithConfiguration, [['/ops/loops/data', password('secret')]]);
Object.assign(process.env, { LOOPS_ACCESS: 'all', TITLE: 'Orders' });
await ask('configured', WithConfiguration, [['/ops/loops/data', password('secret')]]);

class OnThisMachine {}
Module({ imports: [WaitModule.forRoot(), WaitPageModule.forRoot({ allowUnguarded: true })] })(OnThisMachine);
await ask('unguarded', OnThisMachine, [['/loops'], ['/loops/'], ['/loops/data']], {
  on: ['Express', 'Fastify', 'Fastify that ignores slashes'],
});
