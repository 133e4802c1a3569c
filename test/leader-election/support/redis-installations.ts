import { jest } from '@jest/globals';

/** The packages that connect to a url, and the copies of them that a user may have installed. */
export const INSTALLATIONS = [
  { package: 'ioredis', copy: 'ioredis' },
  { package: 'ioredis', copy: 'ioredis-5' },
  { package: 'redis', copy: 'redis' },
  { package: 'redis', copy: 'redis-5' },
  { package: 'redis', copy: 'redis-4' },
] as const;

export type Installation = (typeof INSTALLATIONS)[number];

let installed = '';

/** Makes `import('ioredis')` and `import('redis')` find this copy, and nothing else. */
export function install({ package: name, copy }: Installation): void {
  if (copy === installed) {
    return;
  }
  installed = copy;
  jest.resetModules(); // or else the copy before is found again
  for (const other of ['ioredis', 'redis']) {
    jest.doMock(other, () => {
      if (other === name) {
        return jest.requireActual(copy);
      }
      throw Object.assign(new Error(`Cannot find module '${other}'`), { code: 'MODULE_NOT_FOUND' });
    });
  }
}
