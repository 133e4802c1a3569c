// Starts an application with WaitPrometheusModule where prom-client is not installed.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const build = dirname(process.env.NESTJS_WAIT);
const folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-bare-'));
try {
  cpSync(build, folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of ['@nestjs', 'ms', 'reflect-metadata']) {
    symlinkSync(join(build, 'node_modules', name), join(modules, name));
  }
  const load = (path) => import(pathToFileURL(join(folder, path)));
  const { Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { WaitModule } = await load('index.js');
  const { WaitPrometheusModule } = await load('prometheus/index.js');
  const init = async () => {
    class AppModule {}
    Module({ imports: [WaitModule.forRoot(), WaitPrometheusModule.forRoot()] })(AppModule);
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    await app.close();
    return 'started';
  };
  console.log(await init().catch(({ code, message }) => `${code} ${message}`));
} finally {
  rmSync(folder, { recursive: true });
}
