import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { root } from '../docs/page.js';

jest.setTimeout(120_000);

type Advisories = Record<string, readonly object[]>;

const ADVISORIES = '/-/npm/v1/security/advisories/bulk';
const everyVersionOf = (name: string): Advisories => ({
  [name]: [
    { id: 1, url: 'https://example.com/1', title: 'a hole', severity: 'high', vulnerable_versions: '*' },
  ],
});

/** A registry that knows nothing but vulnerabilities. */
let registry: Server;
afterEach(() => {
  registry.close();
});

async function auditWith(answer: (asked: string[]) => Advisories | undefined): Promise<[number, string]> {
  registry = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const advisories =
        request.url === ADVISORIES
          ? answer(Object.keys(JSON.parse(gunzipSync(Buffer.concat(chunks)).toString()) as object))
          : undefined;
      response.statusCode = advisories === undefined ? 405 : 200;
      response.end(JSON.stringify(advisories ?? {}));
    });
  });
  await new Promise<void>((resolve) => {
    registry.listen(0, '127.0.0.1', resolve);
  });
  const { port } = registry.address() as AddressInfo;
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/` };
  return await new Promise((resolve) => {
    execFile(process.execPath, [join(root, '.ci/audit.mjs')], { env }, (error, stdout) => {
      resolve([error === null ? 0 : Number(error.code), stdout.trimEnd().split('\n').at(-1)!]);
    });
  });
}

describe('npm run audit', () => {
  it('fails when there is a vulnerability in what only users of one peer install', async () => {
    const [code] = await auditWith(() => everyVersionOf('ioredis'));
    expect(code).toBe(1);
  });

  it('passes when there is one in what only the development of the package needs', async () => {
    const answer = await auditWith(() => everyVersionOf('prettier'));
    expect(answer).toEqual([0, expect.stringMatching(/nest-11: \d+ packages: no known vulnerability/)]);
  });

  it('says in its last line that nothing was audited, and passes, when the registry does not answer', async () => {
    expect(await auditWith(() => undefined)).toEqual([0, expect.stringContaining('NOT AUDITED')]);
  });

  it('fails when the registry answers for some of the locks only', async () => {
    const [code] = await auditWith((asked) => (asked.includes('publint') ? {} : undefined));
    expect(code).toBe(1);
  });
});
