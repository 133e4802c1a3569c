// instrument.ts
import * as Sentry from '@sentry/node';

// Sentry reads SENTRY_DSN by itself.
Sentry.init({
  integrations: [Sentry.onUnhandledRejectionIntegration({ mode: 'strict' })],
});
