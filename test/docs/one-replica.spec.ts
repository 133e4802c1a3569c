import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Engine } from '../leader-election/support/engines/engine.js';
import { POSTGRES, postgres } from '../leader-election/support/engines/postgres.js';
import { redis } from '../leader-election/support/engines/redis.js';
import { describeOn } from '../leader-election/support/describe-on.js';
import { mistakes } from '../support/manifest-mistakes.js';
import { Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const page = new Page('docs/one-replica.md');
const twoReplicas = page.outputOf('// postgres.module.ts');

describe.each(Object.entries(SETUPS))('the page about one replica, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakesOfTsc: string;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['one-replica']);
    mistakesOfTsc = await project.compile();
  });
  afterAll(() => project?.remove());

  it('has TypeScript that compiles in every block', () => {
    expect(mistakesOfTsc).toBe('');
    // Each of these runs below, and that of Kubernetes on a real API server, in .ci/kubernetes.
    expect(project.files).toEqual([
      'report.ts',
      'postgres.module.ts',
      'redis.module.ts',
      'kubernetes.module.ts',
      'in-memory.module.ts',
      'rates.ts',
      'groups.ts',
    ]);
  });

  it('has two leaders in memory, as the page shows', async () => {
    const { output } = await project.run(['two-replicas.mjs', './in-memory.module.js']);
    expect(output.split('\n')[0]).toBe(page.outputOf('// in-memory.module.ts').trim());
  });

  describe('with PostgreSQL', () => {
    let engine: Engine;
    let env: NodeJS.ProcessEnv;

    beforeAll(async () => {
      engine = await postgres();
      await engine.start();
      env = { DATABASE_URL: `postgres://${POSTGRES.user}@127.0.0.1:${engine.port}/${POSTGRES.database}` };
    });
    afterAll(() => engine?.close());

    it('shows SQL that makes what createTable() makes', async () => {
      const TABLE = page.block('CREATE TABLE nestjs_wait_leases');
      const { output } = await project.run(['table.mjs'], { env: { ...env, TABLE } });
      expect(output).toBe('the same\n');
    });

    it('has one leader of two replicas, as the page shows', async () => {
      const { output } = await project.run(['two-replicas.mjs', './postgres.module.js'], { env });
      expect(output).toBe(twoReplicas);
    });

    it('has a table that refuses an older token, as the page shows', async () => {
      const TABLE = page.block('CREATE TABLE rates');
      const { output } = await project.run(['rates.mjs'], { env: { ...env, TABLE } });
      expect(output).toBe(page.outputOf('// rates.ts'));
    });

    it('has a leader for each of two groups, and does not start when their locks have one name', async () => {
      const one = "name: 'mail', pool";
      project.copy('groups.js', 'one-name.js', (code) => code.replace("name: 'reports', pool", one));
      const run = (file: string): Promise<unknown> => project.run(['groups.mjs', file], { env });
      const refusal =
        "WaitModule.forRoot: the leaderElection groups 'mail' and 'reports' share one record, " +
        '"nestjs_wait_leases"/mail. Give each lock its own name or key.';
      await expect(run('./groups.js')).resolves.toEqual({
        code: 0,
        output: 'loops: Office.sendMail and Office.writeReports; records: mail and reports\n',
      });
      await expect(run('./one-name.js')).resolves.toEqual({ code: 0, output: `${refusal}\n` });
    });
  });

  // Needs redis-server: LEADER_ELECTION_ENGINES=redis, as .ci/run has it.
  describeOn('redis')('with Redis', () => {
    let engine: Engine;

    beforeAll(async () => {
      engine = await redis();
      await engine.start();
    });
    afterAll(() => engine?.close());

    it('has one leader of two replicas, as the page shows', async () => {
      const env = { REDIS_URL: `redis://127.0.0.1:${engine.port}` };
      const { output } = await project.run(['two-replicas.mjs', './redis.module.js'], { env });
      expect(output).toBe(twoReplicas);
    });
  });
});

describe('the rights on the page about one replica', () => {
  const [role, binding] = k8s.loadAllYaml(page.blocks('yaml')[0]!) as [k8s.V1Role, k8s.V1RoleBinding];

  it('fit the API', () => {
    expect(mistakes(role, 'V1Role', 'Role')).toEqual([]);
    expect(mistakes(binding, 'V1RoleBinding', 'RoleBinding')).toEqual([]);
    expect(binding.roleRef.name).toBe(role.metadata!.name);
  });

  it('are for the lease that the snippet names', () => {
    const [, name] = /name: '(\w+)'/.exec(page.block('// kubernetes.module.ts'))!;
    expect(role.rules!.map(({ verbs, resourceNames }) => [verbs, resourceNames])).toEqual([
      [['create'], undefined],
      [['get', 'update'], [name]],
    ]);
  });
});
