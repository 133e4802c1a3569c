/**
 * A stop channel that never closes.
 *
 * Counterpart of `wait.NeverStop` in k8s.io/apimachinery v0.19.4.
 */
export const neverStop: AbortSignal = new AbortController().signal;
