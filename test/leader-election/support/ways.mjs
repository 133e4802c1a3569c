// The ways in which users make a lock on a server. The candidates of a test take turns, so that a chaos has some
// of each. A way resolves to the lock, and to a function that ends what the user has made.
const ignore = () => {};
const nothing = { end: ignore };

const postgresLock = async (load, options) => {
  const { PostgresLock } = await load('leader-election/postgres/index.js');
  return new PostgresLock(options);
};

const redisLock = async (load, options) => {
  const { RedisLock } = await load('leader-election/redis/index.js');
  return new RedisLock(options);
};

const kubernetesLock = async (load, options) => {
  const { KubernetesLeaseLock } = await load('leader-election/kubernetes/index.js');
  return new KubernetesLeaseLock(options);
};

/** A pool as the documentation has it. It does not keep the process, so nobody has to end it. */
const withPool =
  (name) =>
  async (load, { connection, ...options }) => {
    const { Pool } = (await import(name)).default;
    const pool = new Pool({
      ...connection,
      max: 2,
      connectionTimeoutMillis: 1000,
      allowExitOnIdle: true,
    });
    return { lock: await postgresLock(load, { ...options, pool }), ...nothing };
  };

const withIORedis =
  (name) =>
  async (load, { url, ...options }) => {
    const { Redis } = await import(name);
    const client = new Redis(url);
    client.on('error', ignore);
    return { lock: await redisLock(load, { ...options, client }), end: () => client.disconnect() };
  };

const withNodeRedis =
  (name) =>
  async (load, { url, ...options }) => {
    const { createClient } = await import(name);
    const client = createClient({ url });
    client.on('error', ignore);
    client.connect().catch(ignore); // it goes on trying by itself
    const end = async () => (client.destroy ?? client.disconnect).call(client);
    return { lock: await redisLock(load, { ...options, client }), end: () => void end().catch(ignore) };
  };

const configOf = async (config) => {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions(config);
  return kubeConfig;
};

export const WAYS = {
  postgres: [
    async (load, options) => ({ lock: await postgresLock(load, options), ...nothing }),
    withPool('pg'),
    withPool('pg-8.11'),
  ],
  redis: [
    async (load, options) => ({ lock: await redisLock(load, options), ...nothing }),
    withIORedis('ioredis'),
    withNodeRedis('redis'),
    withIORedis('ioredis-5'),
    withNodeRedis('redis-5'),
    withNodeRedis('redis-4'),
  ],
  kubernetes: [
    async (load, { config, ...options }) => ({
      lock: await kubernetesLock(load, { ...options, kubeConfig: await configOf(config) }),
      ...nothing,
    }),
    async (load, { config, ...options }) => {
      const { CoordinationV1Api } = await import('@kubernetes/client-node');
      const client = (await configOf(config)).makeApiClient(CoordinationV1Api);
      return { lock: await kubernetesLock(load, { ...options, client }), ...nothing };
    },
  ],
};
