/** A real server on loopback with a free port. It is started for one test file, and ended by its own pid. */
export interface Engine {
  readonly name: EngineName;
  readonly port: number;
  /** Starts the server, or starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Ends the server as a crash would; its data remain. */
  crash(): Promise<void>;
  /** Ends the server and removes its data. */
  close(): Promise<void>;
}

export const ENGINES = ['memory', 'postgres', 'redis', 'kubernetes'] as const;

export type EngineName = (typeof ENGINES)[number];

/**
 * Returns the engines that `LEADER_ELECTION_ENGINES` names, separated by commas. The default is those that
 * need no installation.
 */
export function chosenEngines(
  chosen = process.env['LEADER_ELECTION_ENGINES'] ?? 'memory,postgres',
): EngineName[] {
  return chosen.split(',').map((name) => {
    const engine = ENGINES.find((known) => known === name.trim());
    if (engine === undefined) {
      throw new Error(`LEADER_ELECTION_ENGINES: there is no engine '${name}', only ${ENGINES.join(', ')}.`);
    }
    return engine;
  });
}
