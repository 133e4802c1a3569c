import { describe } from '@jest/globals';
import { chosenEngines, type EngineName } from './engines/engine.js';

/** Describes what needs a server. It is skipped where `LEADER_ELECTION_ENGINES` does not name its engine. */
export const describeOn = (engine: EngineName): typeof describe | typeof describe.skip =>
  chosenEngines().includes(engine) ? describe : describe.skip;
