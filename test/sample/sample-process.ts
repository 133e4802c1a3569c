import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageData, PageLoop } from '../../src/page/page-data.js';
import { spawnWithOneStream } from '../support/one-stream.js';

const root = join(__dirname, '../..');
const main = join(root, 'sample-app/dist/sample-app/src/main.js');

/** What the page sends with its actions. */
const OF_THE_PAGE = { 'X-Nestjs-Wait': '1', 'Sec-Fetch-Site': 'same-origin' };

/** How long a test waits for something; an application may need half of it to start on a busy machine. */
const TIMEOUT = 60_000;

/** The compiled sample application in a process and folders of its own. */
export class SampleProcess {
  output = '';
  private process: ChildProcess | undefined;
  private exit: Promise<[code: number | null, signal: NodeJS.Signals | null]> | undefined;

  private constructor(private readonly folder: string) {}

  static build(): void {
    execFileSync(process.execPath, ['sample-app/build.mjs'], { cwd: root, stdio: 'pipe' });
  }

  static async create(): Promise<SampleProcess> {
    const sample = new SampleProcess(await mkdtemp(join(tmpdir(), 'nestjs-wait-sample-')));
    await mkdir(sample.resources);
    return sample;
  }

  get resources(): string {
    return join(this.folder, 'resources');
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  start(environment: Record<string, string> = {}): this {
    const child = spawnWithOneStream(process.execPath, ['--enable-source-maps', main], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        NO_COLOR: '1',
        PORT: '0',
        RESOURCES_DIR: this.resources,
        STATE_DIR: this.state,
        SIZE_ENDPOINTS: `${this.resources},${this.state}`,
        ...environment,
      },
    });
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    // Not 'exit', after which the last lines of the log may still come.
    this.exit = new Promise((resolve) => child.once('close', (code, signal) => resolve([code, signal])));
    this.process = child;
    return this;
  }

  /** As an editor saves: the text is there whole, or not at all. */
  async edit(name: string, content: unknown): Promise<void> {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(join(this.folder, name), text);
    await rename(join(this.folder, name), join(this.resources, name));
  }

  /** Until the log holds the text; fails with the whole log. */
  async logs(text: string | RegExp): Promise<void> {
    await this.until(
      () => (typeof text === 'string' ? this.output.includes(text) : text.test(this.output)),
      text,
    );
  }

  async until(condition: () => boolean | Promise<boolean>, what: unknown): Promise<void> {
    const deadline = performance.now() + TIMEOUT;
    while (!(await condition())) {
      if (performance.now() > deadline) {
        throw new Error(`Not within ${TIMEOUT} ms: ${String(what)}. The log:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async request(path: string, method = 'GET', json?: unknown): Promise<{ status: number; body: unknown }> {
    await this.logs(/Listening on (\S+):/);
    const [, url] = /Listening on (\S+): /.exec(this.output) ?? [];
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const headers = { 'Content-Type': 'application/json', ...OF_THE_PAGE };
    const response = await fetch(`${url ?? ''}${path}`, { method, headers, ...body });
    const text = await response.text();
    const isJson = response.headers.get('Content-Type')?.startsWith('application/json') === true;
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  /** What the page of the loops shows of them. */
  async loops(): Promise<readonly PageLoop[]> {
    const { body } = await this.request('/loops/data');
    return (body as PageData).loops;
  }

  /** Until the loop has begun so many runs. */
  async runs(name: string, count: number): Promise<void> {
    await this.until(async () => {
      const loops = await this.loops();
      return loops.some((loop) => loop.name === name && loop.runs >= count);
    }, `${count} runs of ${name}`);
  }

  /** How the process ended, and how many milliseconds after it was told to. */
  async stop(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null; took: number }> {
    const began = performance.now();
    this.process?.kill(signal);
    const [code, endedBy] = await this.exited();
    return { code, signal: endedBy, took: performance.now() - began };
  }

  async exited(): Promise<[code: number | null, signal: NodeJS.Signals | null]> {
    return this.exit ?? [null, null];
  }

  async dispose(): Promise<void> {
    this.process?.kill('SIGKILL');
    await this.exited();
    await rm(this.folder, { recursive: true, force: true });
  }
}
