import type { Candidate } from './candidates.js';
import type { ProxyMode } from './proxy.js';
import type { Mend } from './server-faults.js';

/** Breaks a candidate or its network; returns how to mend that, if it can be mended. */
export type CandidateFault = (candidate: Candidate) => Mend | void;

const network =
  (mode: ProxyMode): CandidateFault =>
  ({ proxy }) => {
    proxy.set(mode);
    return () => proxy.set('pass');
  };

/** What can go wrong at a candidate, by name. */
export const CANDIDATE_FAULTS: Readonly<Record<string, CandidateFault>> = {
  kill: (candidate) => candidate.kill(),
  'tell to end': (candidate) => candidate.tellToEnd(),
  'cut off, and tell to end': (candidate) => {
    candidate.proxy.set('blackhole');
    candidate.tellToEnd();
  },
  pause: (candidate) => {
    candidate.pause();
    return () => candidate.goOn();
  },
  'cut off': network('blackhole'),
  'lose replies': network('deaf'),
  'reset connections': network('cut'),
  'slow down': network({ delay: 50 }),
  'deliver too late': network({ delay: 1200 }),
  'let connections die silently': ({ proxy }) => proxy.strand(),
};
