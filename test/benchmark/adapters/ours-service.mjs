import { OURS } from '../libraries.mjs';
import { boot, nestOf } from '../nest.mjs';

const { BackoffUntilService, WaitModule } = await import(OURS);
const app = await boot(await nestOf(OURS), [WaitModule.forRoot()]);
const service = app.get(BackoffUntilService);
let started = 0;

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'nestjs-wait BackoffUntilService',
  jitters: true,
  start({ loops, period, jitter, initialDelay, run }) {
    const handles = Array.from({ length: loops }, () =>
      service.jitterUntil(run, { name: `loop ${++started}`, period, jitter, initialDelay }),
    );
    return () => Promise.all(handles.map((handle) => handle.stop()));
  },
};
