import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeConfig, V1Role, V1RoleBinding, V1ServiceAccount } from '@kubernetes/client-node';
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LeaderElector } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { chosenEngines } from './support/engines/engine.js';
import { kubernetes, type Kubernetes } from './support/engines/kubernetes.js';
import { CLIENTS, type ClientNode } from './support/kubernetes-clients.js';
import { until } from './support/processes.js';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '../..');
const ACCOUNT = 'nestjs-wait-sample';
const DURATIONS = { leaseDuration: 3000, renewDeadline: 2000, retryPeriod: 500 };
const live = (): AbortSignal => new AbortController().signal;

const manifests = k8s.loadAllYaml(readFileSync(join(ROOT, 'sample-app/deploy/rbac.yaml'), 'utf8')) as [
  V1ServiceAccount,
  V1Role,
  V1RoleBinding,
];
const [account, role, binding] = manifests;

it('the Role in the documentation of the lock is the one of the sample', () => {
  const source = readFileSync(
    join(ROOT, 'src/leader-election/kubernetes/kubernetes-lease-lock.ts'),
    'utf8',
  ).replaceAll(/^ \* ?/gm, '');
  const documented = k8s.loadYaml<V1Role>(/```yaml\n([^`]+)```/.exec(source)?.[1] as string);
  expect(JSON.parse(JSON.stringify(documented.rules).replaceAll('outbox', ACCOUNT))).toEqual(role.rules);
});

// The rest needs a real API server: LEADER_ELECTION_ENGINES=kubernetes, as .ci/kubernetes has it.
const versions = chosenEngines().includes('kubernetes') ? Object.entries(CLIENTS) : [];

for (const [version, load] of versions) {
  describe(`on a real API server, with ${version}`, () => {
    let engine: Kubernetes;
    let client: ClientNode;

    beforeAll(async () => {
      client = load();
      engine = await kubernetes();
      await engine.start();
      const [core, rbac] = [api(k8s.CoreV1Api), api(k8s.RbacAuthorizationV1Api)];
      await core.createNamespacedServiceAccount({ namespace: 'default', body: account });
      await rbac.createNamespacedRole({ namespace: 'default', body: role });
      await rbac.createNamespacedRoleBinding({ namespace: 'default', body: binding });
      // The same without the right to create.
      const metadata = { name: 'without-create' };
      const rules = role.rules!.filter(({ verbs }) => !verbs.includes('create'));
      const { apiGroup, kind } = binding.roleRef;
      await core.createNamespacedServiceAccount({ namespace: 'default', body: { metadata } });
      await rbac.createNamespacedRole({ namespace: 'default', body: { metadata, rules } });
      const roleRef = { apiGroup, kind, name: 'without-create' };
      const subjects = [{ kind: 'ServiceAccount', name: 'without-create', namespace: 'default' }];
      await rbac.createNamespacedRoleBinding({ namespace: 'default', body: { metadata, roleRef, subjects } });
    });

    afterAll(() => engine?.close());

    /** An API as the administrator has it. */
    function api<T extends k8s.ApiType>(type: new (config: k8s.Configuration) => T): T {
      const kubeConfig = new k8s.KubeConfig();
      kubeConfig.loadFromOptions(engine.config());
      return kubeConfig.makeApiClient(type);
    }

    function configWith(token?: string): KubeConfig {
      const kubeConfig = new client.KubeConfig();
      kubeConfig.loadFromOptions(engine.config(token === undefined ? {} : { token }));
      return kubeConfig;
    }

    function lockWith(
      kubeConfig: KubeConfig,
      { name = ACCOUNT, namespace = 'default', identity = 'a' } = {},
    ): KubernetesLeaseLock {
      const made = kubeConfig.makeApiClient(client.CoordinationV1Api);
      return new KubernetesLeaseLock({ name, namespace, identity, client: made });
    }

    /** A configuration as a pod of this service account has it. */
    async function configOf(name: string): Promise<KubeConfig> {
      const spec = { audiences: ['https://kubernetes.default.svc'], expirationSeconds: 3600 };
      const { status } = await api(k8s.CoreV1Api).createNamespacedServiceAccountToken({
        name,
        namespace: 'default',
        body: { spec },
      });
      return configWith(status!.token);
    }

    /** Campaigns, and stops as soon as `enough` says so; returns what the log and the events were. */
    async function campaign(
      lock: KubernetesLeaseLock,
      enough: (events: readonly string[]) => boolean | Promise<boolean>,
    ): Promise<string[]> {
      const events: string[] = [];
      const stop = new AbortController();
      const elector = new LeaderElector(
        {
          lock,
          ...DURATIONS,
          callbacks: {
            onStartedLeading: () => void events.push('leads'),
            onStoppedLeading: () => void events.push('stopped'),
          },
        },
        { logger: { warn: (text) => void events.push(text) } },
      );
      const done = elector.run(stop.signal);
      try {
        await until('The campaign', () => enough(events));
      } finally {
        stop.abort();
        await done;
      }
      return events;
    }

    const mayRead = (lock: KubernetesLeaseLock): Promise<boolean> =>
      lock.get(live()).then(
        () => true,
        () => false,
      );

    it('a service account with the documented Role campaigns, renews and releases', async () => {
      const lease = { name: ACCOUNT, namespace: 'default' };
      const coordination = api(k8s.CoordinationV1Api);
      const times = new Set<string>();
      // A role takes effect a moment after it was made.
      const candidate = await configOf(ACCOUNT);
      await until('The Role', () => mayRead(lockWith(candidate)));
      const events = await campaign(lockWith(candidate), async () => {
        const found = await coordination.readNamespacedLease(lease).catch(() => undefined);
        times.add(String(found?.spec?.renewTime));
        return times.size > 3;
      });
      expect(events).toEqual(['leads', 'stopped']);
      const { spec } = await coordination.readNamespacedLease(lease);
      expect(spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
      const next = lockWith(candidate, { identity: 'b' });
      expect(await campaign(next, (seen) => seen.includes('leads'))).toEqual(['leads', 'stopped']);
    });

    it('a service account that must not create is told so', async () => {
      await api(k8s.CoordinationV1Api)
        .deleteNamespacedLease({ name: ACCOUNT, namespace: 'default' })
        .catch(() => {});
      const lock = lockWith(await configOf('without-create'));
      await until('The Role', () => mayRead(lock));
      expect(await campaign(lock, (events) => events.length > 0)).toEqual([
        expect.stringContaining(
          'KubernetesLeaseLock default/nestjs-wait-sample: the API server answered the create with 403 Forbidden: leases.coordination.k8s.io is forbidden: User "system:serviceaccount:default:without-create" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "default". Bind this user to the Role in the documentation of KubernetesLeaseLock.',
        ),
      ]);
    });

    it('a service account is told of a lease that its Role does not name', async () => {
      await expect(lockWith(await configOf(ACCOUNT), { name: 'other' }).get(live())).rejects.toThrow(
        'KubernetesLeaseLock default/other: the API server answered the get with 403 Forbidden: leases.coordination.k8s.io "other" is forbidden: User "system:serviceaccount:default:nestjs-wait-sample" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "default". Bind this user to the Role in the documentation of KubernetesLeaseLock.',
      );
    });

    it('a token that is not valid is told, and not shown', async () => {
      await expect(lockWith(configWith('no-such-token')).get(live())).rejects.toThrow(
        /^KubernetesLeaseLock default\/nestjs-wait-sample: the API server answered the get with 401: Unauthorized\. Check the token or the certificate of the kubeConfig or of the service account\.$/,
      );
    });

    it('a certificate that is not trusted is told', async () => {
      const kubeConfig = configWith();
      kubeConfig.clusters = kubeConfig.clusters.map((cluster) => ({ ...cluster, skipTLSVerify: false }));
      await expect(lockWith(kubeConfig).get(live())).rejects.toThrow(
        'the get failed: self-signed certificate in certificate chain (SELF_SIGNED_CERT_IN_CHAIN).',
      );
    });

    it('a namespace that does not exist is told', async () => {
      const events = await campaign(
        lockWith(configWith(), { namespace: 'nowhere' }),
        (seen) => seen.length > 0,
      );
      expect(events).toEqual([
        expect.stringContaining(
          "KubernetesLeaseLock nowhere/nestjs-wait-sample: namespace 'nowhere' does not exist. Create it, or set the option namespace to another.",
        ),
      ]);
    });

    it('a namespace that is being deleted is told', async () => {
      const core = api(k8s.CoreV1Api);
      await core.createNamespace({ body: { metadata: { name: 'ending' } } });
      await core.deleteNamespace({ name: 'ending' }); // no controller is there to finish that
      const events = await campaign(
        lockWith(configWith(), { namespace: 'ending' }),
        (seen) => seen.length > 0,
      );
      expect(events).toEqual([
        expect.stringMatching(
          /the API server answered the create with 403 Forbidden: .+ unable to create new content in namespace ending because it is being terminated\.$/,
        ),
      ]);
    });

    it('takes a lease that another tool made without a spec', async () => {
      const body = { metadata: { name: 'bare' } };
      await api(k8s.CoordinationV1Api).createNamespacedLease({ namespace: 'default', body });
      const lock = lockWith(configWith(), { name: 'bare' });
      expect(await campaign(lock, (events) => events.includes('leads'))).toEqual(['leads', 'stopped']);
    });
  });
}
