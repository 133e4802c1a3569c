// Starts the application with the leader-only loop, and ends it when it has become leader for the second time.
import { spawn } from 'node:child_process';

const child = spawn(process.execPath, ['worker.js'], { stdio: ['ignore', 'pipe', 'pipe'] });
let log = '';
const keep = (chunk) => {
  log += chunk;
  if (log.split('became leader').length > 2) {
    child.kill('SIGINT');
  }
};
child.stdout.on('data', keep);
child.stderr.on('data', keep);
child.once('close', () => console.log(log));
