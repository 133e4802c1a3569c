// Makes the pictures of docs/images: an application with loops of every state, its page in Chromium. Time is
// virtual, so that five minutes of runs take a second, and each picture shows the same figures.
// Run it with: npm run pictures. It needs pngquant: apt-get install pngquant
import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import {
  BackoffUntil,
  JitterUntil,
  LoopRegistry,
  Until,
  WAIT_CLOCK,
  WAIT_RANDOM,
  WaitModule,
} from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { WaitPageModule } from 'nestjs-wait/page';
import { FakeClock } from 'nestjs-wait/testing';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from '../test/browser/chromium.js';

const folder = fileURLToPath(new URL('../docs/images', import.meta.url));
const REPLICA = 'shop-6f9c4-x2x4q';
const MINUTE = 60_000;

const clock = new FakeClock(new Date(Date.now() - 5 * MINUTE));
/** Always the same numbers. */
let seed = 7;
const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
const sleep = (milliseconds) => new Promise((resolve) => clock.newTimer(resolve).reset(milliseconds));
/** Takes about so many milliseconds. */
const work = (milliseconds) => sleep(milliseconds * (0.6 + random()));

/** Makes a provider whose method is a loop. */
function loop(className, method, decorator, run) {
  const provider = { [className]: class {} }[className];
  provider.prototype[method] = run;
  decorator(provider.prototype, method, Object.getOwnPropertyDescriptor(provider.prototype, method));
  return provider;
}

/** An error as an application in production throws it, with none of the folders of this machine. */
function mailServerError() {
  const cause = new Error('connect ECONNREFUSED 10.0.3.17:587');
  cause.stack = `${cause}\n    at TCPConnectWrap.afterConnect (node:net:1611:16)`;
  const error = new Error('The mail server does not answer', { cause });
  error.stack = `${error}\n    at Mailer.open (/app/dist/mail/mailer.js:27:13)\n    at Invoices.send (/app/dist/invoices/invoices.js:41:9)`;
  return error;
}

let invoices = 0;
let deliveries = 0;
let previews = 0;
const loops = [
  loop('Outbox', 'flush', JitterUntil({ period: '2s', jitter: 0.2 }), () => work(40)),
  loop('Stock', 'refresh', Until('10s'), () => work(300)),
  loop('Invoices', 'send', Until({ period: '10s', timeout: '5s', failureBackoff: true }), async () => {
    await work(250);
    if (++invoices > 18) {
      throw mailServerError();
    }
  }),
  loop('Deliveries', 'track', Until({ period: '15s', hungAfter: '1m' }), () =>
    ++deliveries > 12 ? sleep(60 * MINUTE) : work(900),
  ),
  loop('Sessions', 'expire', Until('5s'), () => work(12)),
  loop('SearchIndex', 'update', BackoffUntil({ initial: '1s', max: '30s', reset: '2m' }), () => work(120)),
  loop('Previews', 'render', Until('3s'), async () => {
    await work(600);
    if (++previews % 17 === 0) {
      throw new Error('The picture is damaged');
    }
  }),
  loop('Prices', 'import', Until({ period: '20s', leaderOnly: 'imports' }), () => work(400)),
  loop('Reports', 'write', Until({ period: '1m', leaderOnly: 'reports' }), () => work(2000)),
  loop('Archive', 'compress', Until({ period: '1m', enabled: false }), () => work(5000)),
];

const store = new InMemoryLockStore();
const electionOf = (name, identity) => ({ name, lock: new InMemoryLock({ store, name, identity }) });

async function start(metadata) {
  const testing = await Test.createTestingModule(metadata)
    .setLogger(false)
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .overrideProvider(WAIT_RANDOM)
    .useValue(random)
    .compile();
  const app = testing.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  await clock.advance(1000);
  return app;
}

/** Leads one of the groups, so that the application of the pictures stands by. */
const otherReplica = await start({
  imports: [WaitModule.forRoot({ leaderElection: electionOf('reports', 'other') })],
  providers: [loop('Reports', 'write', Until({ period: '1m', leaderOnly: 'reports' }), () => {})],
});
const app = await start({
  imports: [
    WaitModule.forRoot({
      leaderElection: [electionOf('imports', REPLICA), electionOf('reports', REPLICA)],
      defaults: { hungAfter: '1m' },
      loops: { 'Stock.refresh': { period: '20s' } },
    }),
    WaitPageModule.forRoot({ title: 'Loops of the shop', access: () => 'all', showErrors: true }),
  ],
  providers: loops,
});
await clock.advance(5 * MINUTE);
await app.get(LoopRegistry).get('Sessions.expire').pause('Users are logged out too early, OPS-142 (Maria)');
await clock.advance(1700);

const { port } = app.getHttpServer().address();
const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
mkdirSync(folder, { recursive: true });

/** Takes a picture of the page or, if the hash opens a row, of that row. */
async function picture(name, { width, height, colorScheme, hash = '' }) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  // The name of this machine tells a reader nothing.
  await page.route('**/data?*', async (route) => {
    const data = await (await route.fetch()).json();
    await route.fulfill({ json: { ...data, instance: REPLICA } });
  });
  await page.goto(`http://127.0.0.1:${port}/loops/page${hash}`);
  await page.getByText('Needs attention').waitFor();
  if (hash !== '') {
    await page.getByText('Where it is written').waitFor();
  }
  const shown = hash === '' ? page : page.locator('[data-loop]').filter({ has: page.locator('table') });
  const path = join(folder, `${name}.png`);
  await shown.screenshot({ path });
  await page.close();
  execFileSync('pngquant', ['--force', '--speed=1', '--strip', `--output=${path}`, '256', path]); // a third of the bytes
}

try {
  const wide = { width: 1440, height: 820 };
  await picture('page-light', { ...wide, colorScheme: 'light' });
  await picture('page-dark', { ...wide, colorScheme: 'dark' });
  await picture('page-phone', { width: 390, height: 844, colorScheme: 'light' });
  await picture('page-open-row', {
    ...wide,
    colorScheme: 'light',
    hash: '#loop=Invoices.send',
  });
} finally {
  await browser.close();
  const closed = Promise.all([app.close(), otherReplica.close()]);
  await clock.advance(60 * MINUTE);
  await closed;
}
