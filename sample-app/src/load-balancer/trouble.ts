import { StartError } from '../start-error.js';

/** The kinds of trouble that the load balancer may have. With `none` it works well. */
const KINDS = ['none', 'fail', 'slow', 'hang'] as const;

export type Trouble = (typeof KINDS)[number];

/** @throws StartError that names the kinds. */
export function troubleOf(name: string): Trouble {
  const kind = KINDS.find((each) => each === name);
  if (kind === undefined) {
    throw new StartError(`TROUBLE must be none, fail, slow or hang, not '${name}'.`);
  }
  return kind;
}
