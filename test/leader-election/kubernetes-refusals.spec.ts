import { describe, expect, it } from '@jest/globals';
import { LeaderElector, type LeaderElectionRecord } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { FakeClock } from 'nestjs-wait/testing';
import { ApiException, asObject, asText, failingClient, type Answer } from './support/answers.js';

const live = (): AbortSignal => new AbortController().signal;
const NOW = new Date();
const RECORD: LeaderElectionRecord = {
  holderIdentity: 'a',
  leaseDurationSeconds: 15,
  acquireTime: NOW,
  renewTime: NOW,
  leaderTransitions: 0,
};
const LEASE = { metadata: { name: 'outbox', resourceVersion: '1' } };

const lockWith = (error: unknown): KubernetesLeaseLock =>
  new KubernetesLeaseLock({ name: 'outbox', namespace: 'default', client: failingClient(error) });

/** A lock that has seen the lease, so that it may update it. */
async function informedLock(error: unknown): Promise<KubernetesLeaseLock> {
  const client = failingClient(error, { readNamespacedLease: async () => LEASE });
  const lock = new KubernetesLeaseLock({ name: 'outbox', namespace: 'default', client });
  await lock.get(live());
  return lock;
}

const CALLS = {
  get: (error: unknown) => lockWith(error).get(live()),
  create: (error: unknown) => lockWith(error).create(RECORD, live()),
  update: async (error: unknown) => (await informedLock(error)).update(RECORD, live()),
};

const FORBIDDEN = (verb: string): Answer => ({
  code: 403,
  reason: 'Forbidden',
  message: `leases.coordination.k8s.io "outbox" is forbidden: User "app" cannot ${verb} resource "leases" in API group "coordination.k8s.io" in the namespace "default"`,
  details: { name: 'outbox', group: 'coordination.k8s.io', kind: 'leases' },
});
const NO_NAMESPACE: Answer = {
  code: 404,
  reason: 'NotFound',
  message: 'namespaces "default" not found',
  details: { name: 'default', kind: 'namespaces' },
};
const ROLE = 'Bind this user to the Role in the documentation of KubernetesLeaseLock.';

const REFUSALS: { call: keyof typeof CALLS; answer: Answer; want: string }[] = [
  {
    call: 'get',
    answer: FORBIDDEN('get'),
    want: `the API server answered the get with 403 Forbidden: ${FORBIDDEN('get').message}. ${ROLE}`,
  },
  {
    call: 'create',
    answer: FORBIDDEN('create'),
    want: `the API server answered the create with 403 Forbidden: ${FORBIDDEN('create').message}. ${ROLE}`,
  },
  {
    call: 'create',
    answer: {
      code: 403,
      reason: 'Forbidden',
      message:
        'leases.coordination.k8s.io "outbox" is forbidden: unable to create new content in namespace default because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    },
    want: 'the API server answered the create with 403 Forbidden: leases.coordination.k8s.io "outbox" is forbidden: unable to create new content in namespace default because it is being terminated.',
  },
  {
    call: 'create',
    answer: NO_NAMESPACE,
    want: "namespace 'default' does not exist. Create it, or set the option namespace to another.",
  },
  {
    call: 'create',
    answer: { code: 404, message: 'the server could not find the requested resource' },
    want: 'the API server answered the create with 404: the server could not find the requested resource.',
  },
  {
    call: 'create',
    answer: {
      code: 409,
      reason: 'Conflict',
      message: 'Operation cannot be fulfilled on resourcequotas "leases": the object has been modified',
    },
    want: 'the API server answered the create with 409 Conflict: Operation cannot be fulfilled on resourcequotas "leases": the object has been modified.',
  },
  {
    call: 'update',
    answer: {
      code: 422,
      reason: 'Invalid',
      message:
        'Lease.coordination.k8s.io "outbox" is invalid: spec.leaseDurationSeconds: must be greater than 0',
    },
    want: 'the API server answered the update with 422 Invalid: Lease.coordination.k8s.io "outbox" is invalid: spec.leaseDurationSeconds: must be greater than 0.',
  },
  {
    call: 'update',
    answer: { code: 429, reason: 'TooManyRequests', message: 'Too many requests, please try again later.' },
    want: 'the API server answered the update with 429 TooManyRequests: Too many requests, please try again later.',
  },
  {
    call: 'update',
    answer: { code: 500, reason: 'InternalError', message: 'etcdserver: request timed out' },
    want: 'the API server answered the update with 500 InternalError: etcdserver: request timed out.',
  },
  {
    call: 'get',
    answer: { code: 503, reason: 'ServiceUnavailable', message: 'apiserver is shutting down' },
    want: 'the API server answered the get with 503 ServiceUnavailable: apiserver is shutting down.',
  },
];

const told = (error: unknown, want: string): object => ({
  code: 'WAIT_ERR_LEADER_ELECTION',
  message: `KubernetesLeaseLock default/outbox: ${want}`,
  cause: error,
});

describe.each([
  ['as a text', asText],
  ['as an object', asObject],
])('an answer whose body comes %s', (_title, thrown) => {
  it.each(REFUSALS)('says why the $call failed, with $answer.code', async ({ call, answer, want }) => {
    const error = thrown(answer);
    await expect(CALLS[call](error)).rejects.toMatchObject(told(error, want));
  });

  it.each<[string, keyof typeof CALLS, Answer]>([
    ['the lease is there', 'create', { code: 409, reason: 'AlreadyExists' }],
    ['somebody else has written', 'update', { code: 409, reason: 'Conflict' }],
    ['the lease is gone', 'update', { code: 404, reason: 'NotFound', details: { kind: 'leases' } }],
  ])('is a conflict where %s', async (_where, call, answer) => {
    const error = thrown(answer);
    await expect(CALLS[call](error)).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CONFLICT', cause: error });
  });

  it('means no record where the lease is not there to be read', async () => {
    const error = thrown({ code: 404, reason: 'NotFound', details: { kind: 'leases' } });
    expect(await CALLS.get(error)).toBeUndefined();
  });
});

const http = (code: number, body?: unknown): ApiException => new ApiException(code, body);

it.each([
  [
    'nothing but a status',
    http(401),
    'the API server answered the get with 401: Unauthorized. Check the token or the certificate of the kubeConfig or of the service account.',
  ],
  [
    'a status that Node does not know',
    http(599, ''),
    'the API server answered the get with 599: no message.',
  ],
  [
    'the page of a proxy',
    http(502, '<html>\n<h1>Bad gateway</h1>\n</html>\n'),
    'the API server answered the get with 502: <html>\\n<h1>Bad gateway</h1>\\n</html>.',
  ],
  [
    'a long page',
    http(502, 'x'.repeat(5000)),
    `the API server answered the get with 502: ${'x'.repeat(200)}.`,
  ],
])('an answer with %s is told in one line', async (_title, error, want) => {
  await expect(CALLS.get(error)).rejects.toMatchObject(told(error, want));
});

it('a 409 without a reason is a conflict', async () => {
  await expect(CALLS.create(http(409))).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CONFLICT' });
});

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' });

it.each([
  [
    'node-fetch',
    Object.assign(
      new Error(
        'request to https://app:secret@db/apis/leases failed, reason: connect ECONNREFUSED 10.0.0.1:443',
      ),
      { code: 'ECONNREFUSED' },
    ),
    'connect ECONNREFUSED 10.0.0.1:443',
  ],
  [
    'node-fetch, of which only the code says something',
    Object.assign(new Error('request to https://db/apis failed, reason: '), { code: 'ECONNREFUSED' }),
    'request to the API server failed, reason: (ECONNREFUSED)',
  ],
  ['undici', new TypeError('fetch failed', { cause: refused }), 'connect ECONNREFUSED 10.0.0.1:443'],
  [
    'undici, after several addresses',
    new TypeError('fetch failed', { cause: new AggregateError([refused, new Error('timed out')]) }),
    'connect ECONNREFUSED 10.0.0.1:443; timed out',
  ],
  [
    'undici, of a certificate',
    new TypeError('fetch failed', {
      cause: Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    }),
    'self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
  ],
  [
    'undici, of a URL with a password',
    new TypeError(
      'Request cannot be constructed from a URL that includes credentials: https://app:secret@db/',
    ),
    'Request cannot be constructed from a URL that includes credentials: the API server',
  ],
  ['an error that is its own cause', circular(), 'round and round'],
])('the cause of a failure is told: %s', async (_title, error, cause) => {
  await expect(CALLS.get(error)).rejects.toMatchObject(told(error, `the get failed: ${cause}.`));
});

function circular(): Error {
  const error = new Error('round and round');
  error.cause = error;
  return error;
}

it('a client that throws at once is told like one that rejects', async () => {
  const client = failingClient(undefined, {
    readNamespacedLease: () => {
      throw refused;
    },
  });
  const lock = new KubernetesLeaseLock({ name: 'outbox', namespace: 'default', client });
  await expect(lock.get(live())).rejects.toMatchObject(
    told(refused, 'the get failed: connect ECONNREFUSED 10.0.0.1:443.'),
  );
});

it('an elector warns that the namespace does not exist', async () => {
  const clock = new FakeClock();
  const warnings: string[] = [];
  const stop = new AbortController();
  const absent = asText({ code: 404, reason: 'NotFound', details: { kind: 'leases' } });
  const client = failingClient(asText(NO_NAMESPACE), {
    readNamespacedLease: async () => Promise.reject(absent),
  });
  const lock = new KubernetesLeaseLock({ name: 'outbox', namespace: 'default', client });
  const callbacks = { onStartedLeading: () => {}, onStoppedLeading: () => {} };
  const elector = new LeaderElector(
    { lock, callbacks },
    { clock, logger: { warn: (text) => void warnings.push(text) } },
  );
  const done = elector.run(stop.signal);
  await clock.advance(20_000);
  stop.abort();
  await done;
  expect(warnings).toEqual([expect.stringContaining("namespace 'default' does not exist. Create it, or")]);
});
