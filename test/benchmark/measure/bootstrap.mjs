import { OURS, SCHEDULE } from '../libraries.mjs';
import { boot, nestOf } from '../nest.mjs';
import { measured } from './child.mjs';

const MODULES = {
  none: { library: OURS, imports: () => [] },
  ours: { library: OURS, imports: ({ WaitModule }) => [WaitModule.forRoot()] },
  schedule: { library: SCHEDULE, imports: ({ ScheduleModule }) => [ScheduleModule.forRoot()] },
};

// How long a Nest application takes to boot that has many providers and no loop.
await measured(async ({ module, providers }) => {
  const { library, imports } = MODULES[module];
  const imported = imports(await import(library));
  const nest = await nestOf(library);
  const classes = Array.from({ length: providers }, () => providerOfTenMethods());

  const began = performance.now();
  await boot(nest, imported, classes);
  return { milliseconds: performance.now() - began };
});

function providerOfTenMethods() {
  return class {
    a() {}
    b() {}
    c() {}
    d() {}
    e() {}
    f() {}
    g() {}
    h() {}
    i() {}
    j() {}
  };
}
