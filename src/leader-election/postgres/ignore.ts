/**
 * Listens to the errors of what may break at any time. Without a listener the event would end the process.
 * The next call finds out by itself.
 */
export const ignore = (): void => {};
