// instrument.ts
import * as Sentry from '@sentry/node';

const { SENTRY_DSN } = process.env;
Sentry.init({
  ...(SENTRY_DSN !== undefined && { dsn: SENTRY_DSN }),
  integrations: [Sentry.onUnhandledRejectionIntegration({ mode: 'strict' })],
});
