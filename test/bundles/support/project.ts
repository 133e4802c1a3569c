import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const packages = join(__dirname, '../node_modules');

/** A user's project: the applications of `test/bundles/app`, with the package as npm would publish it. */
export class Project {
  private constructor(private readonly parent: string) {}

  static create(type: 'commonjs' | 'module'): Project {
    for (const folder of [packages, join(root, 'dist')]) {
      if (!existsSync(folder)) {
        throw new Error(`There is no ${folder}. Build and install all that is needed: npm run bundles`);
      }
    }
    const project = new Project(mkdtempSync(join(tmpdir(), 'nestjs-wait-bundle-')));
    try {
      project.layOut(type);
      project.install();
      return project;
    } catch (error) {
      project.remove();
      throw error;
    }
  }

  get folder(): string {
    return join(this.parent, 'project');
  }

  /** Where a tool is that was installed for these tests. */
  tool(name: string): string {
    return join(packages, '.bin', name);
  }

  remove(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }

  private layOut(type: string): void {
    cpSync(join(__dirname, '../app'), this.folder, { recursive: true });
    mkdirSync(join(this.folder, 'src'));
    renameSync(join(this.folder, 'main.ts'), join(this.folder, 'src/main.ts'));
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ name: 'app', type }));
    const compilerOptions = {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      rootDir: 'src',
      outDir: 'dist',
    };
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  }

  /** The package has a real folder in the project, so that it finds Nest where the project does. */
  private install(): void {
    const modules = join(this.folder, 'node_modules');
    const target = join(modules, 'nestjs-wait');
    mkdirSync(target, { recursive: true });
    symlinkSync(packages, join(this.parent, 'node_modules'));
    // It has been built.
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.parent], {
      cwd: root,
      timeout: 300_000,
    });
    const tarball = readdirSync(this.parent).find((file) => file.endsWith('.tgz'))!;
    execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', target], {
      cwd: this.parent,
      timeout: 60_000,
    });
  }
}
