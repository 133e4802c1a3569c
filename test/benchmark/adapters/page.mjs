import { OURS } from '../libraries.mjs';
import { nestOf } from '../nest.mjs';
import { peerOf } from '../peer.mjs';

const { Until, WaitModule } = await import(OURS);
const { WaitPageModule } = await import(new URL('page/index.js', OURS).href);
const { Controller, Get, ModulesContainer, NestFactory, Res } = await nestOf(OURS);
const { ExpressAdapter } = await peerOf(OURS, '@nestjs/platform-express');

/**
 * Serves the page of an application on loopback. Beside it, at `/constant`, is a text that is sent in the same
 * way. Each loop has a provider of its own.
 *
 * @param {(lateness: number) => void} record - Receives how many milliseconds late each run began.
 */
export async function bootPage(loops, period, record) {
  const served = { constant: '', url: '', source: undefined };
  class Constant {
    send(response) {
      response
        .header('Cache-Control', 'no-store')
        .status(200)
        .header('Content-Type', 'application/json; charset=utf-8')
        .send(served.constant);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Constant.prototype, 'send');
  Get('constant')(Constant.prototype, 'send', descriptor);
  Res()(Constant.prototype, 'send', 0);
  Controller()(Constant);

  const root = {
    module: class Root {},
    imports: [WaitModule.forRoot(), WaitPageModule.forRoot({ allowUnguarded: true })],
    controllers: [Constant],
    providers: Array.from({ length: loops }, (_, index) => providerOf(`loop ${index}`, period, record)),
  };
  const app = await NestFactory.create(root, new ExpressAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  served.url = await app.getUrl();
  served.source = sourceOf(app);
  return served;
}

function providerOf(name, period, record) {
  let due;
  class Ticker {
    tick() {
      const now = performance.now();
      if (due !== undefined) {
        record(now - due);
      }
      due = performance.now() + period;
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Ticker.prototype, 'tick');
  Until({ name, period, initialDelay: 'jitter' })(Ticker.prototype, 'tick', descriptor);
  return Ticker;
}

/** The page does not export the class of what makes its data. */
function sourceOf(app) {
  const providers = Array.from(app.get(ModulesContainer).values(), (module) => [
    ...module.providers.values(),
  ]);
  return providers.flat().find(({ name }) => name === 'PageDataSource').instance;
}
