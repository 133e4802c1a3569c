import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createServer, connect } from 'node:net';

/** Runs a command until it ends, and fails when its exit code is not 0. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<void> {
  const child = start(command, args, options);
  const code = await ended(child);
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output(child)}`);
  }
}

const outputs = new WeakMap<ChildProcess, string>();

/** Starts a server and keeps its last output for error texts. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  outputs.set(child, '');
  const keep = (chunk: unknown): void =>
    void outputs.set(child, (output(child) + String(chunk)).slice(-4000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', keep);
  return child;
}

export function output(child: ChildProcess): string {
  return outputs.get(child) ?? '';
}

/** Waits for the end of a process and of its output. The process may have ended already. */
export function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    const done = (): void => resolve(child.exitCode ?? child.signalCode ?? 'no start');
    if (isOver(child)) {
      done();
    } else {
      child.once('close', done);
      child.once('error', done);
    }
  });
}

/** Tells whether a process has ended; one that cannot be started has an exit code too, a negative one. */
function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Sends a signal to a process that was started here, and waits for its end. */
export async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child !== undefined) {
    child.kill(signal);
    await ended(child);
  }
}

/**
 * Finds a free port. It lies below the ports that the system chooses for connections, so that none of them
 * takes it before the server does, or while the server is down.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) {
      return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * Checks again and again until the answer is true. Fails, with the server's last output, when the server has
 * ended or the time is up.
 */
export async function until(
  what: string,
  check: () => Promise<boolean> | boolean,
  { timeout = 60_000, child }: { timeout?: number; child?: ChildProcess } = {},
): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!(await check())) {
    const words = child === undefined ? '' : `\n${output(child)}`;
    if (child !== undefined && isOver(child)) {
      throw new Error(`${what}: the process has ended with ${child.exitCode ?? child.signalCode}.${words}`);
    }
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${timeout} ms.${words}`);
    }
    await sleep(20);
  }
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
