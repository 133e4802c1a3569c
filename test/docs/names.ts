import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './page.js';

/** The options of `WaitModule.forRoot`. */
export function moduleOptions(): string[] {
  const declaration = declarationIn('src/nest/declare/wait.options.ts', 'interface WaitModuleOptions {');
  return namesIn(declaration, /^ {2}readonly (\w+)\?/gm);
}

/** The options of a leader election in `WaitModule.forRoot`. */
export function leaderElectionOptions(): string[] {
  const file = 'src/nest/declare/wait.options.ts';
  const declaration = declarationIn(file, 'interface LeaderElectionOptions ');
  return namesIn(declaration, /^ {2}readonly (\w+)\?|'(\w+)'/gm);
}

/** The options of each lock, by the lock's name. */
export function lockOptions(): Record<string, string[]> {
  const files = {
    PostgresLock: 'postgres/postgres-lock-options.ts',
    RedisLock: 'redis/redis-lock-options.ts',
    KubernetesLeaseLock: 'kubernetes/kubernetes-lease-lock-options.ts',
    InMemoryLock: 'in-memory-lock.ts',
  };
  return Object.fromEntries(
    Object.entries(files).map(([lock, file]) => {
      const declaration = declarationIn(`src/leader-election/${file}`, `interface ${lock}Options {`);
      return [lock, namesIn(declaration, /^ {2}readonly (\w+)\??:/gm)];
    }),
  );
}

/** The codes of `WaitError`. */
export function errorCodes(): string[] {
  return namesIn(declarationIn('src/core/errors.ts', 'type WaitErrorCode'), /'(WAIT_ERR_\w+)'/g);
}

/** The declaration that begins with these words. */
function declarationIn(file: string, beginning: string): string {
  const [, rest] = readFileSync(join(root, file), 'utf8').split(beginning);
  if (rest === undefined) {
    throw new Error(`${file} has no declaration that begins with '${beginning}'.`);
  }
  return rest.split(/^\}|;\n\n/m)[0]!;
}

function namesIn(declaration: string, pattern: RegExp): string[] {
  const names = Array.from(declaration.matchAll(pattern), ([, name, picked]) => (name ?? picked)!);
  if (names.length < 3) {
    throw new Error(`There are no names in '${declaration}'.`);
  }
  return names;
}
