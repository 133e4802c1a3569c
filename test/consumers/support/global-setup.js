// Makes once what every application begins with: the package as npm would publish it, and the projects that
// `nest new` makes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export default function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-consumers-'));
  process.env.NESTJS_WAIT_CONSUMERS = folder;
  const install = (major) => join(root, 'test/consumers', major, 'node_modules');
  for (const needed of [join(root, 'dist'), install('nest-11'), install('nest-12')]) {
    if (!existsSync(needed)) {
      throw new Error(`There is no ${needed}. Build and install all that is needed: npm run consumers`);
    }
  }
  const newApp = (major, name, ...args) => {
    const schematic = ['@nestjs/schematics:application', `--name=${name}`, '--strict', ...args];
    // What `nest new` calls with the answers to its questions.
    execFileSync(join(install(major), '.bin/schematics'), schematic, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  newApp('nest-11', 'nest-11', '--language=ts');
  newApp('nest-12', 'nest-12', '--language=ts', '--type=esm');
  newApp('nest-12', 'nest-12-commonjs', '--language=ts', '--type=cjs');
  // It has been built.
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  mkdirSync(join(folder, 'nestjs-wait'));
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', 'nestjs-wait'], { cwd: folder });
}
