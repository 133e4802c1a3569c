import { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresLock, type PostgresPoolClient } from 'nestjs-wait/leader-election/postgres';
import { OwnPool } from '../../src/leader-election/postgres/own-pool.js';
import { until } from './support/processes.js';
import { SilentServer } from './support/silent-server.js';

const live = (): AbortSignal => new AbortController().signal;

/** Lets as many steps of other promises happen. */
async function pass(steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await Promise.resolve();
  }
}

// The real pools are asked in postgres-connections.spec.ts.
describe('a PostgresLock on a pool', () => {
  let server: Server;
  let cancels: Socket[];
  let events: string[];
  let connection: Connection;
  let lock: PostgresLock;

  class Connection extends EventEmitter implements PostgresPoolClient {
    readonly processID = 1;
    readonly secretKey = 2;
    readonly host = '127.0.0.1';
    readonly ssl = false;
    readonly connection = {};
    readonly port = (server.address() as AddressInfo).port;
    query: PostgresPoolClient['query'] = async () => ({ rows: [] });

    release(isBroken = false): void {
      events.push(isBroken ? 'dropped' : 'given back');
    }
  }

  beforeEach(async () => {
    [cancels, events] = [[], []];
    server = createServer((socket) => {
      socket.once('data', () => {
        events.push('cancelled');
        cancels.push(socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    connection = new Connection();
    const connect = async (): Promise<Connection> => {
      await pass(5);
      return connection;
    };
    lock = new PostgresLock({ name: 'a', pool: { connect } });
  });

  afterEach(async () => {
    cancels.forEach((socket) => socket.destroy());
    await new Promise((resolve) => server.close(resolve));
  });

  it('listens to a connection from the moment in which the pool of pg hands it out', async () => {
    let thrown: unknown;
    // As pg does: the server's next answer, in the same turn, says that it ends the connection.
    const handOut = (callback: (error: undefined, connection: Connection) => void): void => {
      callback(undefined, connection);
      try {
        connection.emit('error', new Error('terminating connection'));
      } catch (error) {
        thrown = error;
      }
    };
    const connect = (callback?: Parameters<typeof handOut>[0]): Promise<Connection> =>
      callback === undefined
        ? new Promise((resolve) => setImmediate(() => handOut((_, given) => resolve(given))))
        : (void setImmediate(() => handOut(callback)) as never);
    lock = new PostgresLock({ name: 'a', pool: { connect } });
    await lock.get(live());
    expect(thrown).toBeUndefined();
    expect(events).toEqual(['given back']);
    expect(connection.listenerCount('error')).toBe(0);
  });

  // Or else PgBouncer would not know any more whose query that is.
  it('cancels a query that is given up, and drops its connection only then', async () => {
    const asked = new Promise<void>((resolve) => {
      connection.query = () => {
        resolve();
        return new Promise(() => {});
      };
    });
    const call = lock.get(live());
    await asked;
    const closing = Promise.allSettled([call, lock.close()]);
    await until('the request to cancel', () => cancels.length > 0);
    expect(events).toEqual(['cancelled']);
    cancels[0]?.end();
    await closing;
    expect(events).toEqual(['cancelled', 'dropped']);
  });

  it.each([
    ['the query cannot be cancelled', 99_999, 'dropped'],
    ['the pool does not take it back', 1, 'refused'],
  ])('drops the connection of a call that is given up, also when %s', async (_what, port, want) => {
    Object.assign(connection, { port, query: () => new Promise(() => {}) });
    if (want === 'refused') {
      connection.release = () => {
        events.push('refused');
        throw new Error('Release called on client which has already been released to the pool.');
      };
    }
    const giveUp = new AbortController();
    const call = lock.get(giveUp.signal);
    await pass(30);
    giveUp.abort(new Error('given up'));
    await expect(call).rejects.toThrow('given up');
    await expect(lock.close()).resolves.toBeUndefined();
    expect(events).toEqual([want]);
  });

  it('asks for a second connection when the first does not come, and for no third', async () => {
    let requests = 0;
    const connect = (): Promise<Connection> => {
      requests++;
      return requests === 2 ? Promise.resolve(connection) : new Promise(() => {});
    };
    lock = new PostgresLock({ name: 'a', pool: { connect } });
    const giveUp = async (): Promise<void> => {
      const controller = new AbortController();
      const call = lock.get(controller.signal);
      await pass(10);
      controller.abort(new Error('given up'));
      await expect(call).rejects.toThrow('given up');
    };
    await giveUp();
    await expect(lock.get(AbortSignal.timeout(1000))).resolves.toBeUndefined();
    await giveUp();
    await giveUp();
    expect(requests).toBe(3); // the second one has been answered
  });

  it('cancels nothing that the server has answered, be it with an error', async () => {
    connection.query = async () => {
      throw Object.assign(new Error('no such table'), { severity: 'ERROR', code: '42P01' });
    };
    await expect(lock.get(live())).rejects.toThrow('no such table');
    await until('the end of the connection', () => events.length > 0);
    expect(events).toEqual(['dropped']);
  });

  it.each(Array.from({ length: 20 }, (_, steps) => steps))(
    'gives back or drops the connection of a call that is given up after %d steps',
    async (steps) => {
      const giveUp = new AbortController();
      const call = lock.get(giveUp.signal);
      await pass(steps);
      giveUp.abort(new Error('given up'));
      await Promise.allSettled([call]);
      await until('the end of the connection', () => {
        cancels.forEach((socket) => socket.end());
        return events.some((event) => event !== 'cancelled');
      });
      await lock.close();
      expect(events.filter((event) => event !== 'cancelled')).toHaveLength(1);
    },
  );

  it('bears that a connection breaks during a query, and listens to none that it has given back', async () => {
    connection.query = async () => {
      connection.emit('error', new Error('broken'));
      return { rows: [] };
    };
    await lock.get(live());
    await lock.get(live());
    expect(connection.listenerCount('error')).toBe(0);
  });
});

it('the own pool of a PostgresLock connects no more when it is closed while it loads its package', async () => {
  const server = await SilentServer.start();
  const pool = new OwnPool({ host: '127.0.0.1', port: server.port });
  const refused = expect(pool.connect()).rejects.toThrow('The pool is closed.');
  await pool.close();
  await refused;
  expect(server.accepted).toBe(0);
  await server.close();
});
