// Starts the application, and sends it a signal: during its first run, and again when it says that it waits.
// Prints its log and how it has ended.
import { spawn } from 'node:child_process';

const [signal, runTime] = process.argv.slice(2);
const words = ['flushing', 'Stopping 1 loop'];
const child = spawn(process.execPath, ['main.js'], { env: { ...process.env, RUN_TIME: runTime } });
let log = '';
const keep = (chunk) => {
  log += chunk;
  if (words.length > 0 && log.includes(words[0])) {
    words.shift();
    child.kill(signal);
  }
};
child.stdout.on('data', keep);
child.stderr.on('data', keep);
child.once('close', (code, killedBy) => console.log(`${log}It ended with ${code ?? killedBy}.`));
