import type { WaitError } from '../core/errors.js';
import { reasonOf } from '../core/values/error-text.js';
import { show } from '../core/values/show.js';
import type { Random } from '../core/waits/jitter.js';
import { clusterMisuse } from './cluster-misuse.js';
import { moveUntil } from './move-until.js';
import { builderOf, isReplicaModule, type ReplicaBuilder, type ReplicaFactory } from './replica-module.js';
import { Replica, type World } from './replica.js';
import { seededRandom } from './seeded-random.js';

/** Boots and closes the replicas of one cluster. */
export class Fleet {
  /** Those that have booted, by number. */
  readonly replicas: Replica[] = [];
  /** How many times each has been booted, by number. */
  private readonly lives: number[] = [];
  /** Each holds one application. */
  private readonly usedBuilders = new WeakSet<ReplicaBuilder>();
  private booting: Promise<unknown> = Promise.resolve();

  /** @param random - Draws the seed of each replica. */
  constructor(
    private readonly world: World,
    private readonly module: ReplicaFactory,
    private readonly random: Random,
  ) {}

  /** Those that have not ended. */
  get living(): Replica[] {
    return this.replicas.filter(({ clock }) => !clock.isDead);
  }

  /** Resolves when no replica is being booted. */
  async whenBooted(): Promise<void> {
    await Promise.allSettled([this.booting]);
  }

  /**
   * Boots a replica, when those before it have booted.
   *
   * @param method - Names the method of the cluster in the errors.
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER` or `WAIT_ERR_MISSING_PACKAGE` (a rejection).
   */
  boot(method: string, index: number): Promise<void> {
    const boot = this.whenBooted().then(() => this.bootNow(method, index));
    this.booting = boot;
    return boot;
  }

  /**
   * Closes replicas at the same time, and moves the clock until they have closed.
   *
   * @throws WaitError `WAIT_ERR_FAKE_CLUSTER` (a rejection) for the first that fails. All of them have ended.
   */
  async close(method: string, replicas: readonly Replica[]): Promise<void> {
    const failures: WaitError[] = [];
    const open = new Set(replicas);
    const close = async (replica: Replica): Promise<void> => {
      try {
        await replica.close();
      } catch (cause) {
        failures.push(failure(method, `replica ${replica.index} could not close`, cause));
      }
      open.delete(replica);
    };
    await moveUntil(this.world.clock, Promise.all(replicas.map(close)));
    for (const replica of open) {
      replica.kill();
      failures.push(
        clusterMisuse(
          `${method}: replica ${replica.index} has not closed within an hour of virtual time. Let its runs end when their AbortSignal aborts, and its shutdown hooks end by themselves.`,
        ),
      );
    }
    if (failures[0] !== undefined) {
      throw failures[0];
    }
  }

  private async bootNow(method: string, index: number): Promise<void> {
    if (this.replicas[index]?.clock.isDead === false) {
      throw clusterMisuse(
        `${method}: replica ${index} has not ended. Call kill(${index}) or stop(${index}) first.`,
      );
    }
    const life = (this.lives[index] ?? 0) + 1;
    this.lives[index] = life;
    const identity = life === 1 ? `replica-${index}` : `replica-${index}.${life}`;
    const replica = new Replica(index, identity, this.world, seededRandom(this.random() * 2 ** 32));
    const builder = await this.builderFor(method, replica);
    await attempt(method, index, () => replica.boot(builder)).catch(async (error: unknown) => {
      await this.close(method, [replica]).catch(() => {}); // why it has not started says more
      throw error;
    });
    this.replicas[index] = replica;
  }

  private async builderFor(method: string, { index, clock }: Replica): Promise<ReplicaBuilder> {
    const module = await attempt<unknown>(method, index, () => this.module(index, clock));
    if (!isReplicaModule(module)) {
      throw clusterMisuse(
        `${method}: the function returned ${show(module)} for replica ${index}. Let it return a module, or Test.createTestingModule(…).`,
      );
    }
    const builder = await builderOf(module);
    if (this.usedBuilders.has(builder)) {
      throw clusterMisuse(
        `${method}: the function returned a TestingModuleBuilder for replica ${index} that another replica has used. Let it make a new one each time.`,
      );
    }
    this.usedBuilders.add(builder);
    return builder;
  }
}

/** Does what the user's application takes part in. */
async function attempt<T>(method: string, index: number, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw failure(method, `replica ${index} could not start`, cause);
  }
}

function failure(method: string, what: string, cause: unknown): WaitError {
  const text = `${method}: ${what} (${reasonOf(cause)}). Look at the cause of this error.`;
  return clusterMisuse(text, { cause });
}
