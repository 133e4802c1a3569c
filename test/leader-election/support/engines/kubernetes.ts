import { spawnSync, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { accepts, end, freePort, start, until } from '../processes.js';
import type { Engine } from './engine.js';

/** The options that `KubeConfig.loadFromOptions` takes. */
export type KubeConfigOptions = Pick<KubeConfig, 'clusters' | 'users' | 'contexts' | 'currentContext'>;

export interface Kubernetes extends Engine {
  readonly url: string;
  /** The token of an administrator. */
  readonly token: string;
  /** The administrator's configuration for the server; a proxy's port or another token can take its place. */
  config(through?: { port?: number; token?: string }): KubeConfigOptions;
}

/**
 * A Kubernetes API server with its etcd, and nothing else of a cluster. It keeps objects, and no controller
 * acts on them.
 */
export async function kubernetes(): Promise<Kubernetes> {
  const binary = apiServer();
  const data = mkdtempSync(join(tmpdir(), 'nestjs-wait-kubernetes-'));
  const [port, etcdPort, peerPort] = [await freePort(), await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;

  const token = randomUUID();
  const tokens = join(data, 'tokens.csv');
  writeFileSync(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const key = join(data, 'service-account.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(key, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });

  const etcdFlags = [
    `--data-dir=${join(data, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
  ];
  const flags = [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1', // otherwise it looks for an interface with a default route
    '--endpoint-reconciler-type=none', // otherwise it publishes that address, which must not be loopback
    `--cert-dir=${join(data, 'certificates')}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--disable-admission-plugins=ServiceAccount', // it needs accounts that no controller makes here
  ];
  let etcd: ChildProcess | undefined;
  let server: ChildProcess | undefined;
  const crash = async (): Promise<void> => {
    await Promise.all([end(server, 'SIGKILL'), end(etcd, 'SIGKILL')]);
  };
  return {
    name: 'kubernetes',
    port,
    url,
    token,
    config: (through = {}) => configOf(through.port ?? port, through.token ?? token),
    start: async () => {
      etcd = start('etcd', etcdFlags);
      await until('etcd', () => accepts(etcdPort), { child: etcd });
      const child = start(binary, flags);
      server = child;
      const answers = async (path: string): Promise<boolean> => (await status(url + path, token)) === 200;
      await until('Kubernetes', () => answers('/readyz'), { child });
      // The server makes it on the first start, shortly before or after the first `ok`.
      await until('The default namespace', () => answers('/api/v1/namespaces/default'), { child });
    },
    crash,
    close: async () => {
      await crash();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** A configuration for an API server on this host, whose certificate is not checked. */
export function configOf(port: number, token: string): KubeConfigOptions {
  return {
    clusters: [{ name: 'test', server: `https://127.0.0.1:${port}`, skipTLSVerify: true }],
    users: [{ name: 'test', token }],
    contexts: [{ name: 'test', cluster: 'test', user: 'test' }],
    currentContext: 'test',
  };
}

function apiServer(): string {
  const cache = process.env['NESTJS_WAIT_CACHE'] || join(homedir(), '.cache/nestjs-wait');
  const binary = join(cache, 'kube-apiserver');
  const missing = !existsSync(binary)
    ? binary
    : spawnSync('etcd', ['--version'], { timeout: 60_000 }).status !== 0
      ? 'etcd'
      : '';
  if (missing !== '') {
    throw new Error(
      `There is no ${missing} here. Get it, once: bash .ci/kube-apiserver. Or name other engines: LEADER_ELECTION_ENGINES=postgres`,
    );
  }
  return binary;
}

/**
 * Returns the status of the answer to a GET, or 0 when there is none. The server's certificate is
 * self-signed.
 */
function status(url: string, token: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const options = { headers, rejectUnauthorized: false, agent: false, timeout: 2000 } as const;
    const asked = request(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(0));
    asked.end();
  });
}
