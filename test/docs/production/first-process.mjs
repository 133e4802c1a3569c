// Starts a command, sends it SIGTERM during its first run, and prints its log and how it has ended.
// The first argument says whether the command is the first process of a container. A container has namespaces of
// its own, for processes and for the network, as one of Docker has.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [where, ...command] = process.argv.slice(2);
const PATIENCE = 6000; // milliseconds; a run takes two seconds
const CONTAINER = ['unshare', '--map-root-user', '--net', '--pid', '--fork', '--kill-child'];

if (where === 'container') {
  const { error, status, stderr } = spawnSync(CONTAINER[0], [...CONTAINER.slice(1), 'true'], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.log(
      'This needs `unshare` of util-linux and the right to make namespaces: as root, or after ' +
        '`sysctl kernel.apparmor_restrict_unprivileged_userns=0`, and in Docker with `--privileged`. ' +
        String(error ?? stderr.trim()),
    );
    process.exit(1);
  }
}
const [file, ...args] = where === 'container' ? [...CONTAINER, ...command] : command;
const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
let log = '';
const began = new Promise((resolve) => {
  const keep = (chunk) => {
    log += chunk;
    if (log.includes('flushing')) {
      resolve();
    }
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
});
const ended = new Promise((resolve) => {
  child.once('exit', (code, signal) => resolve(`ended with ${code ?? signal}`));
});
const timeIsUp = () => new Promise((resolve) => setTimeout(resolve, PATIENCE, 'goes on'));

await began;
const children = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
const first = where === 'container' ? children(child.pid)[0] : child.pid;
process.kill(first, 'SIGTERM');
const end = await Promise.race([ended, timeIsUp()]);
if (where === 'container') {
  child.kill('SIGKILL'); // with all that is in the container
} else {
  const application = Number(/\[Nest\] (\d+)/.exec(log)[1]);
  if (isRunning(application)) {
    log += 'The application runs on.\n';
    process.kill(application, 'SIGKILL');
  }
}
console.log(`${log}The command ${end}.`);

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
