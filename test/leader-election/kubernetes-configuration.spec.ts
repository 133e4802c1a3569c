import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubernetesLeaseLock, type KubernetesLeaseLockOptions } from 'nestjs-wait/leader-election/kubernetes';
import { CLIENTS, withClient, type ClientNode } from './support/kubernetes-clients.js';

const SECRET = 'secret-token';

const kubeconfig = (context: string): string => `
clusters: [{ name: test, cluster: { server: 'https://127.0.0.1:9' } }]
users: [{ name: test, user: { token: ${SECRET} } }]
contexts: [{ name: test, context: { cluster: test, user: test } }, { name: odd, context: { cluster: odd } }]
current-context: ${context}
`;

describe.each(Object.entries(CLIENTS))(
  'a lock that looks for its configuration, with %s',
  (_version, load) => {
    const { HOME, KUBECONFIG } = process.env;
    let client: ClientNode;
    let home: string;

    beforeAll(() => {
      client = load();
    }, 60_000); // to transform the package

    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'nestjs-wait-home-'));
      process.env['HOME'] = home;
      delete process.env['KUBECONFIG'];
    });

    afterEach(() => {
      rmSync(home, { recursive: true });
    });

    afterAll(() => {
      restore('HOME', HOME);
      restore('KUBECONFIG', KUBECONFIG);
    });

    /** What becomes of getting ready: `undefined`, or the error. */
    async function prepared(options: Partial<KubernetesLeaseLockOptions> = {}): Promise<unknown> {
      const lock = new KubernetesLeaseLock({ name: 'a', namespace: 'default', ...options });
      return withClient(client, () => lock.prepare()).catch((error: unknown) => error);
    }

    function write(file: string, content: string): string {
      const path = join(home, file);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, content);
      return path;
    }

    const told = (words: RegExp): object => ({
      code: 'WAIT_ERR_LEADER_ELECTION',
      message: expect.stringMatching(new RegExp(`^KubernetesLeaseLock: ${words.source}$`)),
    });

    it('takes what KUBECONFIG names', async () => {
      process.env['KUBECONFIG'] = write('elsewhere', kubeconfig('test'));
      expect(await prepared()).toBeUndefined();
    });

    it('takes ~/.kube/config', async () => {
      write('.kube/config', kubeconfig('test'));
      expect(await prepared()).toBeUndefined();
    });

    const NOWHERE = told(
      /there is no configuration for a cluster: KUBECONFIG is not set, there is no ~\/\.kube\/config, and no service account in \/var\/run\/secrets\/kubernetes\.io\/serviceaccount\. Run this in a pod, set KUBECONFIG, or give the option kubeConfig\./,
    );

    it('says where it has looked when there is none', async () => {
      expect(await prepared()).toMatchObject(NOWHERE);
    });

    it('says so too when the user has looked', async () => {
      const kubeConfig = new client.KubeConfig();
      kubeConfig.loadFromDefault();
      expect(await prepared({ kubeConfig })).toMatchObject(NOWHERE);
    });

    it('takes a proxy on this host that the user names', async () => {
      const kubeConfig = new client.KubeConfig();
      const cluster = { name: 'proxy', server: 'http://localhost:8080', skipTLSVerify: true };
      kubeConfig.loadFromClusterAndUser(cluster, { name: 'me' });
      expect(await prepared({ kubeConfig })).toBeUndefined();
    });

    it('finds it later, after it has failed', async () => {
      const lock = new KubernetesLeaseLock({ name: 'a', namespace: 'default' });
      await withClient(client, async () => {
        await expect(lock.prepare()).rejects.toMatchObject(NOWHERE);
        write('.kube/config', kubeconfig('test'));
        await lock.prepare();
      });
    });

    it('names a file that is not there', async () => {
      process.env['KUBECONFIG'] = '/no/such/file';
      expect(await prepared()).toMatchObject(
        told(
          /KUBECONFIG \(\/no\/such\/file\) cannot be read: ENOENT: no such file or directory, open '\/no\/such\/file'\. Mend it, or give the option kubeConfig\./,
        ),
      );
    });

    it.each([
      [
        'no YAML',
        `users:\n- name: a\n  user: { token: "${SECRET}`,
        / is no kubeconfig: .+ in line \d+\. Mend the file\./,
      ],
      ['empty', '', /(?: is no kubeconfig| cannot be read): .+\. Mend .+/],
      ['null', 'null', / cannot be read: .+\. Mend it, or give the option kubeConfig\./],
      [
        'without a server',
        'clusters: [{ name: test }]',
        / cannot be read: clusters\[0\]\.cluster is missing\. Mend it, or give the option kubeConfig\./,
      ],
    ])('names a file that is %s, and shows nothing of it', async (_what, content, words) => {
      write('.kube/config', content);
      const error = (await prepared()) as Error;
      expect(error).toMatchObject(told(new RegExp(`~/\\.kube/config${words.source}`)));
      expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain(SECRET);
    });

    const NO_CLUSTER = told(
      /the configuration names no cluster to talk to \(No active cluster!\)\. Check its current-context, and the cluster that this context names\./,
    );

    it.each([
      ['a context that is not there', kubeconfig('other')],
      ['a cluster that is not there', kubeconfig('odd')],
      ['nothing', '{}'],
    ])('says that the file names %s', async (_what, content) => {
      write('.kube/config', content);
      expect(await prepared()).toMatchObject(NO_CLUSTER);
    });

    it('says that the user has loaded nothing', async () => {
      expect(await prepared({ kubeConfig: new client.KubeConfig() })).toMatchObject(NO_CLUSTER);
    });

    it('says why a server cannot be reached, in one line', async () => {
      write('.kube/config', kubeconfig('test'));
      const lock = new KubernetesLeaseLock({ name: 'a', namespace: 'default' });
      await withClient(client, () => lock.prepare());
      await expect(lock.get(new AbortController().signal)).rejects.toMatchObject({
        // undici refuses the port before it connects.
        message: expect.stringMatching(
          /^KubernetesLeaseLock default\/a: the get failed: (?:connect ECONNREFUSED 127\.0\.0\.1:9|bad port)\.$/,
        ),
      });
    });

    it('needs none where the user gives a client', async () => {
      const { CoordinationV1Api } = client;
      process.env['KUBECONFIG'] = '/no/such/file';
      const given = Object.create(CoordinationV1Api.prototype) as InstanceType<typeof CoordinationV1Api>;
      expect(await prepared({ client: given })).toBeUndefined();
    });
  },
);

function restore(name: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
}
