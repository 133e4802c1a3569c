import { OURS } from '../libraries.mjs';
import { boot, nestOf } from '../nest.mjs';
import { observers } from './observers.mjs';

const { JitterUntil, LoopRegistry, WaitModule } = await import(OURS);
const nest = await nestOf(OURS);

/**
 * Decorated loops that something observes.
 *
 * @type {import('./adapter.mjs').Adapter}
 */
export default {
  name: 'nestjs-wait @JitterUntil, observed',
  jitters: true,
  async start({ observer = 'nothing', ...options }) {
    const app = await bootObserved(await observers[observer](), options);
    return () => app.close();
  },
};

/**
 * Boots an application whose loops an observer sees. Each loop has a provider of its own.
 *
 * @param {import('./observers.mjs').Observer} observer
 * @param {import('./adapter.mjs').StartOptions} options
 */
export async function bootObserved(observer, { loops, period, jitter, run, workers = 1 }) {
  const { imports = [], around, listener } = observer;
  const providers = Array.from({ length: loops / workers }, (_, index) =>
    providerOf(run, JitterUntil({ name: `loop ${index}`, period, jitter, workers })),
  );
  const app = await boot(nest, [WaitModule.forRoot(around && { around }), ...imports], providers);
  if (listener) {
    app.get(LoopRegistry).onLoopEvent(listener);
  }
  return app;
}

function providerOf(run, decorate) {
  class Ticker {
    tick() {
      return run();
    }
  }
  decorate(Ticker.prototype, 'tick', Object.getOwnPropertyDescriptor(Ticker.prototype, 'tick'));
  return Ticker;
}
