import * as Sentry from '@sentry/node';

/** Starts Sentry with all that it does by default, but in place of its server calls `listener`. */
export function listenTo(type: string, listener: (payload: unknown) => void): void {
  Sentry.init({
    dsn: 'https://key@sentry.invalid/1',
    transport: (options) =>
      Sentry.createTransport(options, ({ body }) => {
        // An envelope is a line about itself, and for each item a line about it and its payload.
        const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
        const [, ...items] = text.split('\n').filter(Boolean);
        for (let index = 0; index + 1 < items.length; index += 2) {
          const header = JSON.parse(items[index] ?? '') as { readonly type: string };
          if (header.type === type) {
            listener(JSON.parse(items[index + 1] ?? ''));
          }
        }
        return Promise.resolve({ statusCode: 200 });
      }),
  });
}
