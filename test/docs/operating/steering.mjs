// Does what docs/steering.md shows, example after example, and prints what comes of it.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { BackoffUntilService, LoopRegistry, WaitModule } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { AppModule } from './app.module.js';
import { audit } from './audit.js';
import { waitModule } from './everywhere.js';
import { Importer } from './importer.js';
import { goOn, hold } from './incident.js';
import { Invoices, Mails, Metrics, Outbox, Report, work } from './loops.js';
import { look } from './look.js';
import { migrate } from './migrate.js';
import { onlyOne } from './one-worker.js';
import { pollDuring } from './poll-during.js';
import { Probes } from './probes.js';
import { reportNow } from './report-now.js';
import { slowDown } from './slow-down.js';
import { SteerController } from './steer.controller.js';
import { boot } from './virtual.mjs';

const loops = { imports: [WaitModule.forRoot()], providers: [Mails, Metrics, Outbox, Report] };

/**
 * Boots an application, does something when 12 seconds have passed, and closes the application.
 *
 * @param prepare - Is called before that. What it logs is not printed.
 */
async function show(heading, act, metadata = loops, prepare = async () => {}) {
  const { app, clock, close, section } = await boot(metadata);
  const registry = app.get(LoopRegistry);
  await clock.advance(12_000);
  await prepare(registry);
  section(heading);
  await act({ app, clock, section, registry, service: app.get(BackoffUntilService) });
  await close();
  work.clear();
}

await show('look', ({ registry }) => console.log(look(registry)));

await show(
  'at run time',
  async ({ app, clock, registry }) => {
    const server = createServer((request, response) => {
      console.log(`= asked ${request.url}`);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${server.address().port}/a`;
    const probes = app.get(Probes);
    const handle = probes.add(url);
    await clock.waitForTimers(1); // the first run has ended
    console.log(`= is up: ${await probes.probeNow(url)}`);
    await probes.remove(handle);
    console.log(`= left: ${registry.list().length}`);
    probes.add(url);
    server.close();
  },
  { imports: loops.imports, providers: [Probes] },
);

await show(
  'over HTTP',
  async ({ app, clock }) => {
    await app.listen(process.env.PORT);
    const { stdout } = await promisify(execFile)('bash', ['-c', process.env.COMMANDS]);
    await clock.advance(0);
    console.log(stdout);
    await trySteering(await app.getUrl(), app.get(LoopRegistry));
  },
  { ...loops, providers: [Outbox, Report], controllers: [SteerController] },
);

/** Prints what the controller answers, to those that it refuses as well. */
async function trySteering(url, registry) {
  const post = async (path, body, token = 'secret') => {
    const headers = {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const { status } = await fetch(`${url}/steer/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const who = { '': ' without a token', undefined: ' as undefined' }[token] ?? '';
    console.log(`= ${path} ${JSON.stringify(body)}${who}: ${status}`);
  };
  const loop = 'Report.write';
  const tellState = () => console.log(`= ${loop} is ${registry.get(loop).info().state}`);
  console.log(`= loops without a token: ${(await fetch(`${url}/steer`)).status}`);
  await post('trigger', { loop }, '');
  await post('trigger', { loop }, 'undefined');
  await post('trigger', { loop: 'Report.wrote' });
  await post('trigger', {});
  await post('pause', { loop, reason: 5 });
  await post('pause-all', { reason: 5 });
  await post('update', { loop });
  await post('update', { loop, options: { workers: 2 } });
  await post('pause-all', { reason: 'one' });
  await post('resume-all', { reason: 'another' });
  tellState();
  await post('resume-all', {});
  tellState();
  await post('trigger', { loop });
  await registry.get(loop).stop();
  console.log('= after a stop');
  await post('trigger', { loop });
  await post('update', { loop, options: { period: '1m' } });
}

await show('migrate', async ({ clock, registry }) => {
  work.set('Outbox.flush', () => clock.sleep(2000));
  await clock.advance(4000); // to 16 s, in the middle of the run that begins at 15 s
  const states = [];
  const alterTable = async () => states.push(registry.get('Outbox.flush').info().state);
  const migrated = migrate(registry, alterTable);
  await clock.advance(900);
  states.push('running');
  await clock.advance(100);
  await migrated;
  console.log('= ' + states.join(', then '));
});

await show('migrate during a long run', async ({ clock, registry }) => {
  work.set('Outbox.flush', () => clock.sleep(60_000));
  await clock.advance(4000);
  const migrated = migrate(registry, async () => console.log('= altered')).catch(({ message }) => message);
  await clock.advance(25_000);
  console.log(`= ${await migrated}`);
});

await show(
  'incident',
  async ({ registry }) => {
    // of two workers of Mails, then Metrics, Outbox, Report
    const states = () => registry.list().map(({ state }) => state);
    await hold(registry);
    console.log(`= ${states().join(', ')}`);
    goOn(registry);
    console.log(`= ${states().join(', ')}`);
  },
  loops,
  (registry) => registry.get('Report.write').pause('by hand'),
);

await show('trigger', async ({ clock, registry }) => {
  work.set('Report.write', () => clock.sleep(1500));
  const reported = reportNow(registry);
  await clock.advance(1500);
  console.log(await reported);
});

await show('events', async ({ registry }) => {
  const handle = registry.get('Report.write');
  const unsubscribe = audit(registry);
  await handle.trigger();
  await handle.pause('incident 42');
  handle.resume();
  await handle.stop();
  unsubscribe();
});

await show('update', async ({ clock, registry, section }) => {
  const flush = registry.get('Outbox.flush');
  await clock.advance(1000); // to 13 s; its wait has begun at 10 s
  slowDown(registry);
  await clock.advance(56_999);
  const { runs } = flush.info();
  await clock.advance(1);
  console.log(`= runs: ${runs}, and after another 57 s ${flush.info().runs}`);
  await clock.advance(3000);
  section('update to a period that is over');
  flush.update({ period: '2s' });
  console.log(`= runs: ${flush.info().runs}`);
});

await show(
  'permanent',
  ({ registry }) => console.log(`= Outbox.flush: ${registry.get('Outbox.flush').info().schedule}`),
  { imports: [AppModule] },
);

await show('stop', async ({ clock, service, registry }) => {
  let polls = 0;
  const worked = pollDuring(
    () => clock.sleep(2500),
    () => polls++,
    service,
  );
  await clock.advance(2500);
  await worked;
  console.log(`= polls: ${polls}, left: ${registry.get('poll')}`);
});

await show('workers', async ({ registry }) => console.log(await onlyOne(registry)));

const election = { leaderElection: { lock: new InMemoryLock() } };
await show('leader-only', ({ registry }) => registry.get('Invoices.send').pause('the bank is away'), {
  imports: [WaitModule.forRoot(election)],
  providers: [Invoices],
});

const tellEnabled = ({ registry }) =>
  console.log(`= enabled: ${registry.get('Invoices.send').info().enabled}`);
await show('off everywhere', tellEnabled, { imports: [waitModule], providers: [Invoices] });

await show(
  'in a run',
  async ({ clock, registry }) => {
    await clock.advance(60_000);
    const { state, runs } = registry.get('Importer.load').info();
    console.log(`= ${state}, runs: ${runs}`);
  },
  { imports: loops.imports, providers: [Importer] },
);

class ImporterThatAwaits extends Importer {
  async load() {
    this.left--;
    if (this.left === 0) {
      await this.registry.get('Importer.load').stop();
    }
  }
}
Object.defineProperty(ImporterThatAwaits, 'name', { value: 'Importer' });
await show('in a run, with an await', async ({ clock }) => clock.advance(90_000), {
  imports: loops.imports,
  providers: [ImporterThatAwaits],
});
