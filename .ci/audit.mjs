// Fails when the registry knows a vulnerability in what users of the package install. A registry that does not
// answer fails nothing: what is in a commit does not depend on the network.
import { spawnSync } from 'node:child_process';
import { argv, exit } from 'node:process';

const args = ['audit', '--omit=dev', '--json', ...argv.slice(2)];
const { stdout } = spawnSync('npm', args, { encoding: 'utf8', timeout: 60_000 });
const report = read(stdout);
if (report?.vulnerabilities === undefined) {
  console.log(`not audited: the registry says ${report?.message ?? report?.error?.summary ?? 'nothing'}`);
  exit(0);
}
const found = Object.values(report.vulnerabilities).map(({ name, severity }) => `${name} (${severity})`);
console.log(found.length === 0 ? 'the registry knows no vulnerability' : `vulnerable: ${found.join(', ')}`);
exit(found.length === 0 ? 0 : 1);

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
