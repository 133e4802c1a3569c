import { describe } from '@jest/globals';
import { chosenEngines } from './engines/engine.js';

/** Describes what needs a PostgreSQL. It is skipped where `LEADER_ELECTION_ENGINES` does not name it. */
export const describeOnPostgres = chosenEngines().includes('postgres') ? describe : describe.skip;
