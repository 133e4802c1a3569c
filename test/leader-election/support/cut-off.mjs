// Asks a server that does not answer, gives every call up, and closes the lock. The process must end by itself.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { build, client, config } = JSON.parse(process.argv[2]);
const { KubernetesLeaseLock } = await import(
  pathToFileURL(join(build, 'leader-election/kubernetes/index.js')).href
);
const { CoordinationV1Api, KubeConfig } = await import(client);

const kubeConfig = new KubeConfig();
kubeConfig.loadFromOptions(config);
const lock = new KubernetesLeaseLock({
  name: 'a',
  namespace: 'default',
  client: kubeConfig.makeApiClient(CoordinationV1Api),
});
let givenUp = 0;
for (let call = 0; call < 10; call++) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  await lock.get(controller.signal).catch(() => givenUp++);
}
await lock.close();
console.log(`${givenUp} calls given up`);
