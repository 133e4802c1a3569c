import { messageOf, MOST_CAUSES, read } from '../../core/values/error-text.js';

/**
 * Says why there was no answer: node-fetch puts the cause into its message, and undici into `cause`. A URL is
 * left out, since it may hold a password.
 */
export function causeOf(error: unknown): string {
  const deepest = deepestOf(error);
  const message = messageOf(deepest)
    .replace(/^request to \S+ failed, reason: (?=.)/, '')
    .replace(/\bhttps?:\/\/\S+/g, 'the API server')
    .trimEnd();
  const code = read(deepest, 'code');
  return typeof code === 'string' && !message.includes(code) ? `${message} (${code})` : message;
}

function deepestOf(error: unknown): unknown {
  let deepest = error;
  for (let depth = 0; depth < MOST_CAUSES; depth++) {
    const next = read(deepest, 'cause');
    if (next === undefined || next === null) {
      break;
    }
    deepest = next;
  }
  return deepest;
}
