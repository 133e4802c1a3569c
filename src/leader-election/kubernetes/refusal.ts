import { WaitError } from '../../core/errors.js';
import { lockConflict } from '../lock-conflict.js';
import { apiStatusOf, type ApiStatus } from './api-status.js';
import { causeOf } from './cause-of.js';

/** What the lock asks of the API server; a role allows it by these names. */
export type Verb = 'get' | 'create' | 'update';

/** Names a lease. */
export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

const [UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT] = [401, 403, 404, 409];
/** The reasons of a 409 that say that another candidate was faster. */
const FASTER: Readonly<Record<Verb, string | undefined>> = {
  get: undefined,
  create: 'AlreadyExists',
  update: 'Conflict',
};

/** Tells whether a read has failed because there is no lease. */
export function isAbsent(error: unknown): boolean {
  return apiStatusOf(error)?.code === NOT_FOUND;
}

/**
 * Makes the lock's error from what client-node has thrown.
 *
 * @returns WaitError `WAIT_ERR_LOCK_CONFLICT` when another candidate was faster, and
 *   `WAIT_ERR_LEADER_ELECTION` for everything else.
 */
export function refusal(verb: Verb, lease: LeaseName, error: unknown): WaitError {
  const status = apiStatusOf(error);
  const where = `${lease.namespace}/${lease.name}`;
  if (status !== undefined && isConflict(verb, status)) {
    return lockConflict(where, { cause: error });
  }
  const what =
    status === undefined ? `the ${verb} failed: ${causeOf(error)}.` : answered(verb, lease, status);
  return new WaitError('WAIT_ERR_LEADER_ELECTION', `KubernetesLeaseLock ${where}: ${what}`, { cause: error });
}

function isConflict(verb: Verb, { code, reason = FASTER[verb] }: ApiStatus): boolean {
  // A proxy may leave out the reason. Another one, such as that of a quota, says nothing about the lease.
  return (code === CONFLICT && reason === FASTER[verb]) || (code === NOT_FOUND && verb === 'update');
}

function answered(verb: Verb, { namespace }: LeaseName, status: ApiStatus): string {
  const { code, reason, message, kind } = status;
  if (code === NOT_FOUND && kind === 'namespaces') {
    return `namespace '${namespace}' does not exist. Create it, or set the option namespace to another.`;
  }
  const title = reason === undefined ? code : `${code} ${reason}`;
  const sentence = `the API server answered the ${verb} with ${title}: ${message.replace(/\.$/, '')}.`;
  return [sentence, ...remedies(status)].join(' ');
}

function remedies({ code, message }: ApiStatus): string[] {
  if (code === UNAUTHORIZED) {
    return ['Check the token or the certificate of the kubeConfig or of the service account.'];
  }
  // This is how RBAC says it. Other checks, such as that of a namespace that is being deleted, say 403 too.
  if (code === FORBIDDEN && / cannot \w+ resource /.test(message)) {
    return ['Bind this user to the Role in the documentation of KubernetesLeaseLock.'];
  }
  return [];
}
