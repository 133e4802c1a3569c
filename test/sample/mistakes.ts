import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../leader-election/support/processes.js';
import { SampleProcess } from './sample-process.js';

/** Makes the mistakes of somebody who starts the sample application for the first time, after it was built. */
export function describeMistakes(): void {
  describe('the sample application, started with a mistake,', () => {
    let sample: SampleProcess;

    beforeEach(async () => {
      sample = await SampleProcess.create();
    });
    afterEach(() => sample?.dispose());

    it.each([
      ['PORT', 'abc', "PORT must be a number from 0 to 65535, not 'abc'. 0 means any port that is free."],
      ['PORT', '65536', "PORT must be a number from 0 to 65535, not '65536'. 0 means any port that is free."],
      ['TROUBLE', 'big', "TROUBLE must be none, fail, slow or hang, not 'big'."],
      [
        'LEADER_ELECTION',
        'zookeeper',
        "LEADER_ELECTION must be memory, postgres, redis or kubernetes, not 'zookeeper'.",
      ],
    ])('says in a sentence, and nothing else, what %s must be, and fails', async (name, value, want) => {
      sample.start({ [name]: value });
      await expect(sample.exited()).resolves.toEqual([1, null]);
      expect(sample.output).toBe(`${want}\n`);
    });

    it('says in a sentence, and nothing else, that it cannot write its state, and fails', async () => {
      await writeFile(sample.state, 'a file where the folder should be');
      sample.start();
      await expect(sample.exited()).resolves.toEqual([1, null]);
      expect(sample.output).toMatch(/^STATE_DIR must be a folder that the sample can write to: EEXIST.*\n$/);
    });

    it('says in a sentence, and nothing else, that its database does not run, and fails', async () => {
      const DATABASE_URL = `postgres://nobody@127.0.0.1:${await freePort()}/nothing`;
      sample.start({ LEADER_ELECTION: 'postgres', DATABASE_URL });
      await expect(sample.exited()).resolves.toEqual([1, null]);
      expect(sample.output).toMatch(
        /^.*ECONNREFUSED.*Check the host and the port, and that PostgreSQL runs there\.\n$/,
      );
    });

    it('says in its last line that its port is in use, and what to do, and fails', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      sample.start({ PORT: String(port) });
      await expect(sample.exited()).resolves.toEqual([1, null]);
      server.close();
      expect(sample.output.trim().split('\n').at(-1)).toBe(
        `Port ${port} is in use. End what listens there, or choose another port: PORT=${port + 1} npm start`,
      );
      expect(sample.output).not.toMatch(/^\s+at /m);
    });

    it.each([
      ['9.9.9.9', /: listen EADDRNOTAVAIL: address not available 9\.9\.9\.9$/],
      ['nowhere.invalid', /: getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid$/],
    ])('says in its last line that HOST is not %s, and fails', async (host, want) => {
      sample.start({ HOST: host });
      await expect(sample.exited()).resolves.toEqual([1, null]);
      expect(sample.output.trim().split('\n').at(-1)).toMatch(want);
      expect(sample.output).toContain(
        'HOST must be an address of this machine, and PORT 0 or at least 1024: ',
      );
      expect(sample.output).not.toMatch(/^\s+at /m);
    });

    it('says in a line that the folder of the resources is not there, and reads it when it is', async () => {
      const folder = join(sample.state, 'later');
      sample.start({ RESOURCES_DIR: folder });
      await sample.logs(/WARN.*The folder of the resources is not there.*: ENOENT.*later/);
      await mkdir(folder, { recursive: true });
      await sample.logs('Resources: 0, in term 1');
      expect(sample.output).not.toMatch(/^\s+at /m);
    });

    it('says in a line that the resources cannot be read', async () => {
      const file = join(sample.state, 'not-a-folder');
      await mkdir(sample.state);
      await writeFile(file, '');
      sample.start({ RESOURCES_DIR: file });
      await sample.logs(/ERROR.*Cannot read the resources: ENOTDIR/);
      expect(sample.output).not.toMatch(/^\s+at /m);
    });
  });
}
