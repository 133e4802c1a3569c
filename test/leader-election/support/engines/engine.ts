/** A real server on loopback and a free port, started for one test file and ended by its own pid. */
export interface Engine {
  readonly name: EngineName;
  readonly port: number;
  /** Starts it, or starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Ends it as a crash would; the data stay. */
  crash(): Promise<void>;
  /** Ends it and removes the data. */
  close(): Promise<void>;
}

export const ENGINES = ['memory', 'postgres', 'redis', 'kubernetes'] as const;

export type EngineName = (typeof ENGINES)[number];

/** What `LEADER_ELECTION_ENGINES` names, comma-separated; without it what needs nothing installed. */
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
