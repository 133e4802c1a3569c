// Fails when the registry knows a vulnerability in what users of the package install: its dependencies and peers,
// and all that these need, in each version that is tested. If the registry answers nothing, the last line says
// so, and nothing fails: what is in a commit does not depend on the network.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const LOCKS = ['.', 'test/consumers/nest-12', 'test/consumers/nest-11']; // that of the root has test/nest-11

const { dependencies, peerDependencies } = readJson('package.json');
const users = Object.keys({ ...dependencies, ...peerDependencies });

const audits = await Promise.all(LOCKS.map(async (folder) => ({ folder, ...(await audit(folder)) })));
for (const { folder, installed, answer, found = [] } of audits) {
  const result =
    answer ?? (found.length === 0 ? 'no known vulnerability' : `vulnerable: ${found.join(', ')}`);
  console.log(`${folder}: ${installed.size} packages: ${result}`);
}
const answered = audits.filter(({ found }) => found !== undefined);
if (answered.length === 0) {
  console.log('NOT AUDITED: the registry does not say what is vulnerable.');
}
const isClean = answered.length === LOCKS.length && answered.every(({ found }) => found.length === 0);
exit(isClean || answered.length === 0 ? 0 : 1);

async function audit(folder) {
  const installed = installedByUsers(readJson(`${folder}/package-lock.json`).packages);
  const report = await askRegistry(folder);
  if (report?.vulnerabilities === undefined) {
    return { installed, answer: `no answer: ${report?.message ?? report?.error?.summary ?? 'nothing'}` };
  }
  const found = Object.values(report.vulnerabilities)
    .filter(({ nodes }) => nodes.some((path) => installed.has(path)))
    .map(({ name, severity }) => `${name} (${severity})`);
  return { installed, found };
}

function askRegistry(folder) {
  const args = ['audit', '--package-lock-only', '--json'];
  return new Promise((resolve) => {
    execFile('npm', args, { cwd: join(root, folder), maxBuffer: Infinity, timeout: 60_000 }, (_, stdout) =>
      resolve(parse(stdout)),
    );
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns where a lock has the dependencies and peers of the package, and what these need. */
function installedByUsers(packages) {
  const paths = Object.keys(packages).filter((path) => users.includes(nameOf(path, packages[path])));
  const installed = new Set(paths);
  for (const path of installed) {
    const { dependencies, optionalDependencies, peerDependencies } = packages[path];
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const found = lookUp(packages, path, name);
      if (found !== undefined) {
        installed.add(found);
      }
    }
  }
  return installed;
}

function nameOf(path, { name }) {
  return name ?? path.split('node_modules/').at(-1);
}

/** Finds a package as Node does: in the nearest folder `node_modules`. */
function lookUp(packages, from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (packages[path] !== undefined || folder === '.') {
      return packages[path] === undefined ? undefined : path;
    }
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
