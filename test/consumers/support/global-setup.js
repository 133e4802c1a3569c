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
  for (const major of ['nest-11', 'nest-12']) {
    const packages = join(root, 'test/consumers', major, 'node_modules');
    if (!existsSync(packages) || !existsSync(join(root, 'dist'))) {
      throw new Error(`There is no ${packages}, or no dist. Build and install all of it: npm run consumers`);
    }
    const args = ['new', major, '--skip-install', '--skip-git', '--package-manager', 'npm', '--strict'];
    execFileSync(join(packages, '.bin/nest'), args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  // It has been built.
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  mkdirSync(join(folder, 'nestjs-wait'));
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', 'nestjs-wait'], { cwd: folder });
}
