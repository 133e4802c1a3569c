import { OURS } from '../libraries.mjs';
import { boot, nestOf } from '../nest.mjs';

const { JitterUntil, WaitModule } = await import(OURS);
const nest = await nestOf(OURS);

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'nestjs-wait @JitterUntil, with a signal',
  jitters: true,
  async start({ loops, period, jitter, run }) {
    class Ticker {
      tick(signal) {
        return run(signal);
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Ticker.prototype, 'tick');
    JitterUntil({ period, jitter, workers: loops })(Ticker.prototype, 'tick', descriptor);
    const app = await boot(nest, [WaitModule.forRoot()], [Ticker]);
    return () => app.close();
  },
};
