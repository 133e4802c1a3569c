/**
 * Names the workers of a loop: `X.tick#0`, `X.tick#1` and so on. A single worker has the name of the loop.
 */
export function workerNames(name: string, workers: number): string[] {
  return workers === 1 ? [name] : Array.from({ length: workers }, (_, worker) => `${name}#${worker}`);
}
