import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Every fenced TypeScript block as a module of its own, beside the modules that the examples import. */
function typeScriptBlocks(): Map<string, string> {
  const blocks = new Map<string, string>();
  for (const { 1: block, index } of readme.matchAll(/^```ts\n(.*?)^```$/gms)) {
    const line = readme.slice(0, index).split('\n').length;
    blocks.set(join(root, `test/docs/readme/README.md.${line}.ts`), `${block ?? ''}\nexport {};\n`);
  }
  return blocks;
}

function compilerOptions(): ts.CompilerOptions {
  const file = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return { ...options, noUnusedLocals: false, noUnusedParameters: false, noEmit: true };
}

describe('the README', () => {
  it('has only TypeScript that compiles', () => {
    const blocks = typeScriptBlocks();
    const options = compilerOptions();
    const host = ts.createCompilerHost(options);
    host.readFile = (path) => blocks.get(path) ?? ts.sys.readFile(path);
    host.fileExists = (path) => blocks.has(path) || ts.sys.fileExists(path);
    host.getSourceFile = (path, languageVersion) => {
      const text = host.readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, languageVersion);
    };
    const program = ts.createProgram([...blocks.keys()], options, host);
    const errors = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      return `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
    expect(blocks.size).toBeGreaterThan(5);
    expect(errors).toEqual([]);
  }, 60_000);

  it('has a row for every error code, and no other', () => {
    const source = readFileSync(join(root, 'src/core/errors.ts'), 'utf8');
    const codes = [...new Set(source.match(/WAIT_ERR_\w+/g))].toSorted();
    const rows = [...readme.matchAll(/^\| `(WAIT_ERR_\w+)` \|/gm)].map(([, code]) => code);
    expect(rows).toEqual(codes);
  });

  it('has a row for every exported function and class that has a counterpart in Kubernetes', () => {
    const index = readFileSync(join(root, 'src/index.ts'), 'utf8');
    const values = [...index.matchAll(/^export \{([^}]+)\} from '\.\/core\//gms)]
      .flatMap(([, names]) => (names ?? '').split(','))
      .map((name) => name.trim())
      .filter((name) => name !== '' && name !== 'WaitError');
    const parity = readme.slice(readme.indexOf('## Kubernetes parity'));
    const missing = values.filter((name) => !new RegExp(`\`(new )?${name}\\b`).test(parity));
    expect(missing).toEqual([]);
  });

  it('names tests that there are, in the parity table', () => {
    const rows = readme
      .slice(readme.indexOf('## Kubernetes parity'))
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const named = rows.flatMap((row) =>
      Array.from(
        row
          .split('|')
          .at(-2)!
          .matchAll(/`([^`]+)`/g),
        ([, name]) => name!,
      ),
    );
    const missing = named.filter(
      (name) => !existsSync(join(root, 'test', name)) && !existsSync(join(root, 'test', `${name}.spec.ts`)),
    );
    expect(named).not.toEqual([]);
    expect(missing).toEqual([]);
  });
});
