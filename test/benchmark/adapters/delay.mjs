/** What a jittered wait is by hand: drawn from `[period, period * (1 + jitter))`. */
export const delay = (period, jitter) => (jitter > 0 ? period * (1 + Math.random() * jitter) : period);
