// Makes the symptoms of docs/troubleshooting.md, each below the heading that it has there. The lines that begin
// with `=` are not on the page, but must be so if the page is right.
import { cpSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { ConsoleLogger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { register } from 'prom-client';
import { BackoffUntilService, LoopRegistry, WAIT_CLOCK, WaitModule } from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { WaitPrometheusModule } from 'nestjs-wait/prometheus';
import { FakeClock } from 'nestjs-wait/testing';
import {
  context,
  Contextual,
  Failing,
  FromEnvironment,
  Hanging,
  MailModule,
  Minified,
  Outbox,
  Probes,
  Reports,
  ShopModule,
} from './loops.js';
import { Mails } from './named.js';
import { ImportModule } from './script.js';

process.stderr.write = process.stdout.write.bind(process.stdout); // so that the lines keep their order
const forRoot = WaitModule.forRoot();

const find = (text) => console.log(`= ${text}`);

/** Makes one symptom, and keeps what follows from printing below its heading when it has thrown. */
async function show(heading, make) {
  console.log(`--- ${heading}`);
  try {
    await make();
  } catch (error) {
    console.log(`${error.name}: ${error.message}`);
  }
}

/** Boots an application in virtual time; what it logs is printed. */
async function boot(metadata, { clock = new FakeClock(), advance = 0 } = {}) {
  const builder = Test.createTestingModule(metadata).overrideProvider(WAIT_CLOCK).useValue(clock);
  const moduleRef = await builder.setLogger(new ConsoleLogger()).compile();
  const app = await moduleRef.createNestApplication().init();
  await clock.advance(advance);
  const list = () => app.get(LoopRegistry).list();
  const close = async () => {
    const closed = app.close();
    await clock.advance(60_000);
    await closed;
  };
  return { app, clock, list, loop: () => list()[0], close };
}

await show('No line in the log names my loop', async () => {
  await (await boot({ providers: [Outbox] })).close();
  find('without WaitModule: nothing is logged');
  const mock = { provide: Outbox, useValue: { flush: () => {} } };
  class Copied {}
  for (const key of Object.getOwnPropertyNames(Outbox.prototype)) {
    Object.defineProperty(Copied.prototype, key, Object.getOwnPropertyDescriptor(Outbox.prototype, key)); // applyMixins
  }
  class Heir extends Outbox {}
  for (const { what, providers } of [
    { what: 'in no providers', providers: [] },
    { what: 'a value without a class', providers: [mock] },
    { what: 'a method that was copied', providers: [Copied] },
    { what: 'a class that extends another one', providers: [Heir] },
  ]) {
    const { list, close } = await boot({ imports: [forRoot], providers });
    find(`${what}: ${list().length} loops`);
    await close();
  }
  const moduleRef = await Test.createTestingModule({ imports: [forRoot], providers: [Outbox] }).compile();
  find(`only compiled: ${moduleRef.get(LoopRegistry).list().length} loops`);
});

await show('My loop is in the log, and does not run', async () => {
  const off = WaitModule.forRoot({ loops: { 'Outbox.flush': { enabled: false } } });
  const disabled = await boot({ imports: [off], providers: [Outbox] });
  find(disabled.loop().state);
  await disabled.close();
});

await show('A leader-only loop does not run on this replica', async () => {
  const store = new InMemoryLockStore();
  const clock = new FakeClock();
  const replica = (identity) => ({
    imports: [
      WaitModule.forRoot({
        leaderElection: { lock: new InMemoryLock({ name: 'reports', store, identity }) },
      }),
    ],
    providers: [Reports],
  });
  const first = await boot(replica('vm-1'), { clock, advance: 5000 });
  console.log('--- A leader-only loop does not run on this replica');
  const second = await boot(replica('vm-2'), { clock, advance: 5000 });
  find(`${first.loop().state} on the first, ${second.loop().state} on the second`);
  await second.app
    .get(LoopRegistry)
    .get('Reports.send')
    .trigger()
    .catch(({ code }) => find(code));
  await second.close();
  await first.close();
});

await show('Two loops have one name', () => boot({ imports: [forRoot, MailModule, ShopModule] }));

await show('My loop runs twice', async () => {
  const { app, list, close } = await boot({ imports: [forRoot] });
  const poll = () => {};
  app.get(BackoffUntilService).until(poll, '5s');
  app.get(BackoffUntilService).until(poll, '5s');
  find(
    list()
      .map(({ name }) => name)
      .join(' and '),
  );
  const named = () => app.get(BackoffUntilService).until(poll, { name: 'poll inbox', period: '5s' });
  named();
  try {
    named();
  } catch ({ code }) {
    find(code);
  }
  await close();
});

await show('WaitModule.forRoot() is imported twice', () =>
  boot({ imports: [forRoot, WaitModule.forRoot()], providers: [Outbox] }),
);

await show('Nest can’t resolve BackoffUntilService', () => boot({ providers: [Probes] }));

await show('There are two copies of nestjs-wait', async () => {
  cpSync('node_modules/nestjs-wait', 'node_modules/nestjs-wait-copy', { recursive: true });
  const copy = await import('nestjs-wait-copy');
  await boot({ imports: [copy.WaitModule.forRoot()], providers: [Probes] }).catch(({ message }) =>
    find(message.split('.')[0]),
  );
  await boot({ imports: [forRoot, copy.WaitModule.forRoot()] });
});

await show('My loop runs at once', async () => {
  const { loop, close } = await boot({ imports: [forRoot], providers: [Outbox] });
  find(`after 0 s: ${loop().runs} run`);
  await close();
  const waiting = WaitModule.forRoot({ loops: { 'Outbox.flush': { immediate: false } } });
  const other = await boot({ imports: [waiting], providers: [Outbox] }, { advance: 4999 });
  find(`immediate: false, after 4.999 s: ${other.loop().runs} runs`);
  await other.clock.advance(1);
  find(`and after 5 s: ${other.loop().runs} run`);
  await other.close();
});

await show('A run never ends', async () => {
  const { loop, close } = await boot({ imports: [forRoot], providers: [Hanging] }, { advance: 600_000 });
  find(`${loop().state}, hung: ${loop().hung}`);
  await close();
});

await show('My loop has stopped', async () => {
  const handled = WaitModule.forRoot({
    logFailures: false,
    crashHandlers: [
      function report() {
        throw new Error('Sentry is away');
      },
    ],
  });
  process.once('unhandledRejection', ({ message }) => find(`unhandled: ${message}`));
  const { loop, close } = await boot({ imports: [handled], providers: [Failing] });
  find(loop().state);
  await close();
});

await show('The process does not end', async () => {
  const { clock, close } = await boot({ imports: [forRoot], providers: [Outbox] });
  find(`a loop holds it open: ${clock.referencedTimers === 1}`);
  await close();
  find(`after close(): ${clock.referencedTimers} timers`);
  const script = await boot({ imports: [ImportModule] });
  find(`with enabled: false: ${script.clock.referencedTimers} timers`);
  await script.close();
});

await show('The shutdown takes 25 seconds', async () => {
  const { close } = await boot({ imports: [forRoot], providers: [Hanging] });
  await close();
});

await show('The port is in use, and the loops run', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const { app, clock, loop, close } = await boot({ imports: [forRoot], providers: [Outbox] });
  await app
    .listen(port, '127.0.0.1')
    .catch(({ message }) => console.log(`Error: ${message.replace(port, 3000)}`));
  await clock.advance(5000);
  find(`runs: ${loop().runs}`);
  await close();
  server.close();
});

await show('My loop has a strange name', async () => {
  const { close } = await boot({ imports: [forRoot], providers: [Minified] });
  await close();
  const named = await boot({ imports: [forRoot], providers: [Mails] });
  find(named.loop().name);
  await named.close();
});

await show('A run does not see its context', async () => {
  const { close } = await context.run('the bootstrap', () =>
    boot({ imports: [forRoot], providers: [Contextual] }),
  );
  await close();
});

await show('An option is refused', () => boot({ imports: [forRoot], providers: [FromEnvironment] }));

await show('A change by name is refused', () =>
  boot({
    imports: [WaitModule.forRoot({ loops: { 'outbox.flush': { period: '10s' } } })],
    providers: [Outbox],
  }),
);

await show('Metrics count my loops as _dynamic', async () => {
  const { app, clock, close } = await boot({ imports: [forRoot, WaitPrometheusModule.forRoot()] });
  app.get(BackoffUntilService).until(() => {}, { name: 'inbox 1', period: '1m' });
  await clock.advance(0);
  const text = await register.getSingleMetricAsString('nestjs_wait_runs_total');
  console.log(text.split('\n').find((line) => /succeeded.* 1$/.test(line)));
  await close();
});

await show('A test waits in vain', async () => {
  const clock = new FakeClock();
  const moduleRef = await Test.createTestingModule({ imports: [forRoot], providers: [Outbox] })
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .compile();
  const app = await moduleRef.createNestApplication({ logger: false }).init();
  const runs = () => app.get(LoopRegistry).list()[0].runs;
  await new Promise((resolve) => setTimeout(resolve, 50));
  find(`before advance: ${runs()}`);
  await clock.advance(0);
  find(`after advance(0): ${runs()}`);
  await clock.advance(5000);
  find(`after advance(5000): ${runs()}`);
  await app.close();
});
