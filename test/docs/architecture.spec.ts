import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-wait/testing';
import { Loop, type LoopState, type LoopWork } from '../../src/core/loop/loop.js';
import { completeLoopOptions } from '../../src/core/loop/loop-options.js';
import { Page, root } from './page.js';

const page = new Page('docs/architecture.md');
const spans = Array.from(page.text.matchAll(/`([^`\n]+)`/g), ([, code]) => code!);
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('assets.ts'))
  .map((file) => readFileSync(join(root, 'src', file), 'utf8'));

describe('the page about the architecture', () => {
  it('names only files and folders that exist', () => {
    const named = spans.filter((code) => /^(src|test)\//.test(code));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names only classes and methods that exist', () => {
    const named = spans.filter((code) => /^[A-Z]\w+\.\w+$/.test(code));
    expect(named.length).toBeGreaterThan(10);
    const exists = (code: string): boolean => {
      const [owner, member] = code.split('.');
      const isOwner = new RegExp(`^(export )?(abstract )?class ${owner}\\b`, 'm');
      const isMember = new RegExp(`^  (private |async |override )*${member}\\(`, 'm');
      return sources.some((source) => isOwner.test(source) && isMember.test(source));
    };
    expect(named.filter((code) => !exists(code))).toEqual([]);
  });

  it('has a row for every folder of the layers', () => {
    const folders = ['src/core', 'src/nest'].flatMap((layer) =>
      readdirSync(join(root, layer), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${layer}/${name}`),
    );
    expect(folders.filter((folder) => !page.text.includes(`| \`${folder}\` |`))).toEqual([]);
  });
});

type Event = (scene: Scene) => Promise<void>;

/** What can happen to a loop, in the words of the page. */
const EVENTS: Readonly<Record<string, Event>> = {
  '`start()`, and the first run is immediate': async (scene) => scene.start(true),
  'the timer fires': (scene) => scene.clock.advance(1000),
  'somebody asks for a run': async (scene) => scene.ask(),
  '`stop()`': async ({ loop }) => loop.stop('the test'),
  'the run ends': (scene) => scene.endRun(),
  'the run ends, and the next one is due': async (scene) => {
    await scene.clock.advance(1000); // it is not sliding
    await scene.endRun();
  },
  'the run ends, and the loop was told to stop': async (scene) => {
    scene.loop.stop('the test');
    await scene.endRun();
  },
  'the run fails, and `reallyCrash` is set': (scene) => scene.endRun(new Error('boom')),
};

/** One loop of a second, whose runs end when the test says. */
class Scene implements LoopWork {
  readonly name = 'scene';
  readonly clock = new FakeClock();
  readonly loop: Loop;
  isTriggered = false;
  private settle: ((error?: Error) => void) | undefined;

  constructor() {
    const options = completeLoopOptions(() => undefined, {
      clock: this.clock,
      crashHandlers: [],
      reallyCrash: true,
    });
    this.loop = new Loop(this, { backoff: () => 1000 }, false, options);
  }

  /** Brings the loop into a state. */
  async reach(state: LoopState, isStarted: boolean): Promise<void> {
    if (isStarted) {
      this.start(state === 'running');
    }
    expect(this.loop.state).toBe(state);
    await Promise.resolve();
  }

  start(immediate: boolean): void {
    this.loop.start({ immediate, initialDelay: undefined });
  }

  ask(): void {
    this.isTriggered = true;
    this.loop.replan(500);
  }

  run(): Promise<void> {
    this.isTriggered = false;
    return new Promise((resolve, reject) => {
      this.settle = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  async endRun(error?: Error): Promise<void> {
    this.settle!(error);
    await new Promise((resolve) => setImmediate(resolve));
  }

  ended(): void {}
}

describe('the table of the states of a loop', () => {
  const rows = Array.from(
    page.text.matchAll(/^\| (waiting|running) \| (.+) \| (waiting|running|stopped) \|$/gm),
    ([, state, event, next]) => [state as LoopState, event!, next as LoopState] as const,
  );

  it('has every event', () => {
    expect(new Set(rows.map(([, event]) => event))).toEqual(new Set(Object.keys(EVENTS)));
    expect(rows).toHaveLength(9);
  });

  it.each(rows)('says what follows while it is %s, and %s', async (state, event, next) => {
    const scene = new Scene();
    await scene.reach(state, !event.includes('start()'));
    await EVENTS[event]!(scene);
    expect(scene.loop.state).toBe(next);
    scene.loop.stop('the test is over');
    if (scene.loop.state === 'running') {
      await scene.endRun();
    }
    expect(scene.clock.armedTimers).toBe(0);
  });
});
