// Bundles one function of the package, and looks at what comes with it.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** What is imported alone, and the exports that come with it. */
const NEEDED = {
  jitter: ['WaitError'],
  WaitError: [],
  Backoff: ['WaitError', 'jitter', 'realClock', 'handleCrash', 'logCrash'],
};

// A constant whose making no bundler takes for free of effects.
const ALWAYS_KEPT = 'neverStop';

/** Throws when a bundle of one export has another that it does not need. */
export async function checkTreeShaking(project) {
  const index = readFileSync(join(project, 'node_modules/nestjs-wait/dist/esm/index.js'), 'utf8');
  const exported = index
    .match(/^export \{(.*)\}/m)[1]
    .split(',')
    .map((name) => name.trim());
  for (const [name, needed] of Object.entries(NEEDED)) {
    const code = `import { ${name} } from 'nestjs-wait'; console.log(${name});`;
    // oxlint-disable-next-line no-await-in-loop -- a bundler takes some milliseconds
    for (const bundle of await Promise.all([withEsbuild(project, code), withRolldown(project, code)])) {
      const allowed = [name, ALWAYS_KEPT, ...needed];
      const others = exported.filter((other) => !allowed.includes(other) && declares(bundle, other));
      if (!bundle.includes(name) || others.length > 0 || bundle.includes('@nestjs')) {
        throw new Error(`A bundle of ${name} has ${others.join(', ')}, or Nest:\n${bundle}`);
      }
    }
  }
  console.log(`a bundle of ${Object.keys(NEEDED).join(', or of ')} has nothing else`);
}

function declares(code, name) {
  return new RegExp(`^(?:var|let|const|class|(?:async )?function) ${name}\\b`, 'm').test(code);
}

async function withEsbuild(project, contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: project },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'bundle',
    external: ['@nestjs/*'],
    write: false,
  });
  return outputFiles[0].text;
}

async function withRolldown(project, contents) {
  const bundle = await rolldown({
    input: 'main',
    cwd: project,
    platform: 'node',
    external: [/^@nestjs/],
    plugins: [
      {
        name: 'main',
        resolveId: (id) => (id === 'main' ? join(project, 'main.js') : undefined),
        load: (id) => (id.endsWith('main.js') ? contents : undefined),
      },
    ],
  });
  const { output } = await bundle.generate();
  await bundle.close();
  return output[0].code;
}
