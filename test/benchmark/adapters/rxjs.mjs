import { EMPTY, defer, repeat, timer } from 'rxjs';
import { delay } from './delay.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'rxjs repeat',
  jitters: true,
  start({ loops, period, jitter, run }) {
    const rounds = defer(() => run() ?? EMPTY).pipe(repeat({ delay: () => timer(delay(period, jitter)) }));
    const subscriptions = Array.from({ length: loops }, () => rounds.subscribe());
    return () => subscriptions.forEach((subscription) => subscription.unsubscribe());
  },
};
