import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { POSTGRES, postgres } from '../leader-election/support/engines/postgres.js';
import { describeHealth } from './health.js';
import { describeMistakes } from './mistakes.js';
import { SampleProcess } from './sample-process.js';
import { describeSteering } from './steering.js';

const route = (path: string, target: string): object => ({
  kind: 'Route',
  metadata: { name: path.slice(1) },
  spec: { path, target },
});

jest.setTimeout(180_000); // longer than the waits of a test, so that one that fails says what it waited for

// Two files with such tests would build at the same time.
beforeAll(() => SampleProcess.build());

describeSteering();
describeHealth();
describeMistakes();

describe('the sample application', () => {
  let sample: SampleProcess;

  beforeEach(async () => {
    sample = await SampleProcess.create();
  });
  afterEach(() => sample?.dispose());

  const routes = (): Promise<string> => readFile(join(sample.state, 'routes.json'), 'utf8');

  it('runs all its loops, and tells so', async () => {
    await sample.edit('shop.json', route('/shop', 'http://127.0.0.1:8081'));
    sample.start();
    await sample.logs('Routes: + /shop');
    const loops = await sample.loops();
    expect(loops.map(({ name }) => name).toSorted()).toEqual([
      'Census.take',
      'Finalizer.work#0',
      'Finalizer.work#1',
      'LoadBalancerSync.sync',
      'LogFlush.flush',
      'Reflector.listAndWatch',
      'Rivals: alpha renews',
      'Rivals: beta acquires',
      'RouteReconciler.reconcile',
      `size of ${sample.resources}`,
      `size of ${sample.state}`,
    ]);
    await expect(sample.request('/rivals')).resolves.toMatchObject({ body: { holder: 'alpha' } });
    await expect(sample.request('/leader')).resolves.toMatchObject({ body: { isLeader: true, token: '1' } });
    await expect(sample.request('/resources')).resolves.toMatchObject({
      body: { synced: true, items: [{ kind: 'Route', metadata: { name: 'shop' } }] },
    });
    expect(JSON.parse(await routes())).toEqual({ '/shop': 'http://127.0.0.1:8081' });
  });

  it('tells the count of resources when it changes, and not at every census', async () => {
    await sample.edit('shop.json', route('/shop', 'http://127.0.0.1:8081'));
    sample.start();
    await sample.runs('Census.take', 3);
    await sample.edit('search.json', route('/search', 'http://127.0.0.1:8082'));
    await sample.logs('Resources: 2, in term 1');
    expect(sample.output.match(/\[Census\].*/g)).toEqual([
      '[Census] Resources: 1, in term 1',
      '[Census] Resources: 2, in term 1',
    ]);
  });

  it('names the election in memory and the one of the module so that nobody takes one for the other', async () => {
    sample.start();
    await sample.logs("leader election 'census': became leader");
    await sample.stop('SIGTERM');
    expect(sample.output.match(/\[Rivals\].*/g)).toEqual([
      '[Rivals] alpha has taken the lease in memory, and renews it',
      '[Rivals] alpha has given up the lease in memory',
    ]);
    expect(sample.output.match(/.*leads|.*leader.*/gi)).toEqual([
      expect.stringContaining("Census.take: Until, 2s between runs, only on the leader of 'census'"),
      expect.stringContaining('Listening on '),
      expect.stringContaining("leader election 'census': became leader"),
      expect.stringContaining("leader election 'census': stopping"),
      expect.stringContaining("leader election 'census': stopped leading"),
    ]);
  });

  it('sees what an editor changes, and a broken manifest stops nobody else', async () => {
    sample.start();
    await sample.logs('Listening');
    await sample.edit('broken.json', '{ "kind": ');
    await sample.edit('no-kind.json', {});
    await sample.edit('shop.json', route('/shop', 'http://127.0.0.1:8081'));
    await sample.until(
      async () => JSON.stringify(await sample.request('/resources')).includes('/shop'),
      '/shop',
    );
    await sample.logs('broken.json is left out');
    await sample.logs('no-kind.json is left out');
    expect(sample.output.match(/WARN.*broken\.json is left out, it is no manifest/g)).toHaveLength(1);
    expect(
      sample.output.match(/WARN.*no-kind\.json is left out.*kind and metadata\.name are missing/g),
    ).toHaveLength(1);
    expect(sample.output).not.toMatch(/^\s+at /m);
  });

  it('runs the finalizers of a manifest that is to go, and then deletes its file', async () => {
    await sample.edit('report.json', {
      kind: 'Report',
      metadata: {
        name: 'report',
        deletionTimestamp: '2026-01-01T00:00:00Z',
        finalizers: ['archive', 'notify'],
      },
    });
    await sample.edit('stuck.json', {
      kind: 'Report',
      metadata: { name: 'stuck', deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['unheard-of'] },
    });
    await sample.edit('kept.json', { kind: 'Report', metadata: { name: 'kept', finalizers: ['archive'] } });
    sample.start();
    await sample.logs('report.json is finalized and deleted');
    await sample.logs("stuck.json is tried again and again: there is no finalizer 'unheard-of'");
    await sample.runs('Finalizer.work#0', 4);
    await sample.runs('Finalizer.work#1', 4);
    expect(sample.output.match(/stuck\.json is tried/g)).toHaveLength(1);
    expect(existsSync(join(sample.resources, 'report.json'))).toBe(false);
    expect(existsSync(join(sample.state, 'archive/report.json'))).toBe(true);
    expect(existsSync(join(sample.resources, 'stuck.json'))).toBe(true);
    expect(existsSync(join(sample.resources, 'kept.json'))).toBe(true);
  });

  it('comes back with backoff when the folder has gone and is there again', async () => {
    await sample.edit('shop.json', route('/shop', 'http://127.0.0.1:8081'));
    sample.start();
    await sample.logs('Listening');
    await rm(sample.resources, { recursive: true });
    await sample.logs('The folder of the resources is not there');
    await mkdir(sample.resources);
    await sample.edit('search.json', route('/search', 'http://127.0.0.1:8082'));
    await sample.until(
      async () => JSON.stringify(await sample.request('/resources')).includes('/search'),
      'the new folder is read',
    );
    expect(sample.output).not.toMatch(/^\s+at /m);
  });

  it('measures until it is told not to', async () => {
    sample.start();
    const endpoint = sample.resources;
    await sample.until(
      async () => JSON.stringify((await sample.request('/sizes')).body).includes('bytes'),
      'sizes',
    );
    const path = `/sizes/${encodeURIComponent(endpoint)}`;
    await expect(sample.request(path, 'DELETE')).resolves.toEqual({
      status: 200,
      body: { stopped: `size of ${endpoint}`, measured: [sample.state] },
    });
    await expect(sample.request(`/sizes${endpoint}`, 'DELETE')).resolves.toMatchObject({
      status: 404,
      body: { message: `${endpoint} is not measured. The measured paths: ${sample.state}.` },
    });
    await expect(sample.request(`/sizes${sample.state}`, 'DELETE')).resolves.toMatchObject({ status: 200 });
    await expect(sample.request(path, 'DELETE')).resolves.toMatchObject({
      status: 404,
      body: { message: `${endpoint} is not measured. The measured paths: none.` },
    });
    expect(sample.output.match(/\[SizeMonitor\].*/g)).toEqual([
      `[SizeMonitor] ${endpoint} is no longer measured`,
      `[SizeMonitor] ${sample.state} is no longer measured`,
    ]);
    expect(JSON.stringify(await sample.loops())).not.toContain(`size of ${endpoint}`);
    expect(JSON.stringify(await sample.request('/sizes'))).not.toContain(endpoint);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops its loops first and ends within a second on %s',
    async (signal) => {
      const began = performance.now();
      sample.start();
      await sample.logs('alpha has taken the lease');
      const startTook = performance.now() - began;
      const end = await sample.stop(signal);
      expect(end).toMatchObject({ code: null, signal });
      // On a busy machine the start takes more than a second, and the end then may too.
      expect(end.took).toBeLessThan(Math.max(1000, startTook));
      const order = [
        'Stopped 10 loops in',
        'alpha has given up the lease',
        'Closed with 0 resources',
        'The last lines are written',
      ];
      const positions = order.map((text) => sample.output.indexOf(text));
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(positions[0]).toBeGreaterThan(0);
      expect(await readFile(join(sample.state, 'manager.log'), 'utf8')).toContain('Stopped 10 loops in');
    },
  );

  it('runs the census on one of three copies, and on another when that is killed', async () => {
    const engine = await postgres();
    const copies = [sample, await SampleProcess.create(), await SampleProcess.create()];
    try {
      await engine.start();
      const DATABASE_URL = `postgres://${POSTGRES.user}@127.0.0.1:${engine.port}/${POSTGRES.database}`;
      for (const copy of copies) {
        copy.start({ LEADER_ELECTION: 'postgres', DATABASE_URL });
      }
      const leaderOf = async (running: SampleProcess[], what: string): Promise<SampleProcess> => {
        let leaders: SampleProcess[] = [];
        await sample.until(async () => {
          const answers = await Promise.all(running.map((copy) => copy.request('/leader')));
          leaders = running.filter((_, index) => (answers[index]!.body as { isLeader: boolean }).isLeader);
          return leaders.length === 1;
        }, what);
        return leaders[0]!;
      };
      const first = await leaderOf(copies, 'one leads');
      const follower = copies.find((copy) => copy !== first)!;
      await expect(
        follower.request('/loops/actions', 'POST', { loop: 'Census.take', action: 'trigger' }),
      ).resolves.toMatchObject({ status: 409, body: { code: 'WAIT_ERR_NOT_LEADER' } });
      await first.stop('SIGKILL');
      const others = copies.filter((copy) => copy !== first);
      const second = await leaderOf(others, 'another leads');
      await second.logs(/Census.*in term/);
    } finally {
      await Promise.all(copies.map((copy) => copy.dispose()));
      await engine.close();
    }
  });
});
