import * as Sentry from '@sentry/node';
import { waitModule } from '../sentry.js';
import { interleave } from './interleaved.js';
import { report } from './report.js';
import { listenTo } from './sentry-transport.js';

interface ErrorEvent {
  readonly exception: { readonly values: readonly { readonly value: string }[] };
  readonly breadcrumbs?: readonly { readonly category?: string; readonly message: string }[];
  readonly tags?: unknown;
  readonly contexts: { readonly run?: { readonly number: number } };
}

listenTo('event', (payload) => {
  const { exception, breadcrumbs = [], tags = {}, contexts } = payload as ErrorEvent;
  report({
    error: exception.values[0]?.value,
    breadcrumbs: breadcrumbs.filter(({ category }) => category === 'work').map(({ message }) => message),
    tags,
    run: contexts.run?.number,
  });
});

await interleave([waitModule], {
  begin: (who, turn) => {
    Sentry.addBreadcrumb({ category: 'work', message: `${who} ${turn} begins` });
    Sentry.setTag('who', who);
  },
  end: (who, turn) => {
    Sentry.addBreadcrumb({ category: 'work', message: `${who} ${turn} ends` });
    if (turn === 2) {
      const error = new Error(`boom of ${who}`);
      if (who !== 'request') {
        throw error;
      }
      Sentry.captureException(error);
    }
  },
});
await Sentry.close(1000);
