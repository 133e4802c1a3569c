import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { isObject, judged, type Meaning } from './loop-options.js';
import { anyValue, durationOf, pick, WRONG } from './values.js';

type Random = () => number;

/** The name of a group that was given none. */
export const UNNAMED = 'default';
export const GROUPS: readonly string[] = [UNNAMED, 'reports', 'mails'];

/** A leader that renews its lease every instant would be all that is tested, in milliseconds. */
const SHORTEST = 500;

/** Draws the module's `leaderElection`: one group, or a list of groups. */
export function drawElections(random: Random): unknown {
  const share = random();
  if (share < 0.1) return anyValue(random);
  const one = drawElection(random);
  return share < 0.6 ? one : [one, drawElection(random)];
}

function drawElection(random: Random): object {
  const right: Record<string, unknown> = {
    name: pick(random, GROUPS),
    lock: new InMemoryLock({ store: new InMemoryLockStore(), name: `lease ${random()}` }),
    leaseDuration: pick(random, [15_000, '30 s', '10 secs']),
    renewDeadline: pick(random, [10_000, '10 secs', 7000]),
    retryPeriod: pick(random, [2000, '1.5s', 6000]),
    releaseOnCancel: random() < 0.5,
  };
  const names = Object.keys(right).filter((name) => name === 'lock' || random() < 0.4);
  const options = Object.fromEntries(names.map((name) => [name, right[name]]));
  if (random() < 0.25) {
    const value = anyValue(random);
    const time = durationOf(value);
    const isShort = time !== WRONG && time > 0 && time < SHORTEST;
    options[pick(random, [...Object.keys(right), 'lease'])] = isShort ? SHORTEST : value;
  }
  return options;
}

/** Lists the groups in `leaderElection`, whatever it is. */
export function groupsIn(value: unknown): unknown[] {
  try {
    return Array.isArray(value) ? Array.from(value as unknown[]) : [value];
  } catch {
    return [value]; // a Proxy that was revoked
  }
}

/** The names of the groups; `WRONG` if there can be no such election. */
export function groupNamesOf(value: unknown): readonly string[] | typeof WRONG {
  const groups = groupsIn(value).map((options) => judged(JUDGES, options));
  if (!groups.every((group): group is Meaning => group !== WRONG && fits(group))) {
    return WRONG;
  }
  const names = groups.map(({ name = UNNAMED }) => name as string);
  return new Set(names).size === names.length ? names : WRONG;
}

const text = (value: unknown): unknown => (typeof value === 'string' && value !== '' ? value : WRONG);
const time = (value: unknown): unknown => {
  const milliseconds = durationOf(value);
  return milliseconds === 0 ? WRONG : milliseconds;
};

const JUDGES = {
  name: text,
  lock: (value: unknown) => (isObject(value) && value instanceof InMemoryLock ? value : WRONG),
  leaseDuration: time,
  renewDeadline: time,
  retryPeriod: time,
  releaseOnCancel: (value: unknown) => (typeof value === 'boolean' ? value : WRONG),
};

/** A leader gives up before another candidate may lead, and tries at least once more before it gives up. */
function fits({
  lock,
  leaseDuration = 15_000,
  renewDeadline = 10_000,
  retryPeriod = 2000,
}: Meaning): boolean {
  const [lease, deadline, retry] = [leaseDuration, renewDeadline, retryPeriod] as [number, number, number];
  return lock !== undefined && lease > deadline && deadline > 1.2 * retry;
}
