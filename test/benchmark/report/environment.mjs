import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { CLIENTS } from '../adapters/observers.mjs';

/** The machine, the versions and the date, as a list in Markdown. */
export async function environment() {
  const ours = await manifest('../../../package.json');
  const { dependencies } = await manifest('../package.json');
  const versions = Object.entries({ [ours.name]: ours.version, ...dependencies, ...clients(ours) });
  const [{ model }] = cpus();
  return [
    `- Machine: ${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    `- Node.js ${process.version}`,
    `- ${versions.map((each) => each.join(' ')).join(', ')}`,
    `- ${new Date().toISOString().slice(0, 10)}`,
  ].join('\n');
}

/** What this library reports to. It stands beside it, since an application must not mix two copies. */
function clients({ devDependencies }) {
  return Object.fromEntries(CLIENTS.map((name) => [name, devDependencies[name]]));
}

async function manifest(path) {
  return JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8'));
}
