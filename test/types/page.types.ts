// Compiled by tsc and never run: what is misuse must not compile, and what is right must. `npm run package`
// compiles it once more, as a user does: from what is published, and with other settings.
import { Injectable, type CanActivate, type DynamicModule, type ExecutionContext } from '@nestjs/common';
import {
  WAIT_PAGE_OPTIONS,
  WaitPageModule,
  type PageAccess,
  type PageAccessFunction,
  type WaitPageAsyncOptions,
  type WaitPageOptions,
  type WaitPageOptionsFactory,
  type WaitPagePlacement,
  type WaitPageSettings,
} from 'nestjs-wait/page';

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

class Settings implements WaitPageOptionsFactory {
  createWaitPageOptions(): WaitPageSettings {
    return { access: () => 'read' };
  }
}

class NoGuard {}

const access: PageAccessFunction = (context: ExecutionContext) =>
  context.getClass().name === '' ? false : 'all';
const levels: readonly PageAccess[] = ['all', 'read'];
const placement = {
  path: 'loops',
  imports: [],
  guards: [AdminGuard, new AdminGuard()],
} satisfies WaitPagePlacement;
const everything: WaitPageOptions = {
  ...placement,
  access,
  allowUnguarded: false,
  title: 'Jobs',
  refresh: '2s',
  history: 30,
  showErrors: true,
};

export const right: readonly DynamicModule[] = [
  WaitPageModule.forRoot(everything),
  WaitPageModule.forRoot({ access: async () => (levels.length > 1 ? 'all' : 'read') }),
  WaitPageModule.forRoot({ access: () => levels[0] ?? false, refresh: 2000 }),
  // A setting that may be missing.
  WaitPageModule.forRoot({ guards: [AdminGuard], title: process.env['TITLE'], refresh: undefined }),
  WaitPageModule.forRootAsync({ ...placement, useFactory: () => ({ access }) }),
  WaitPageModule.forRootAsync({ ...placement, useFactory: async () => ({ access }), inject: [] }),
  WaitPageModule.forRootAsync({ useClass: Settings, path: 'jobs' }),
  WaitPageModule.forRootAsync({ useExisting: Settings } satisfies WaitPageAsyncOptions),
];

export const token: symbol = WAIT_PAGE_OPTIONS;

// @ts-expect-error -- there is no such access
WaitPageModule.forRoot({ access: () => 'admin' });
// @ts-expect-error -- true may mean either
WaitPageModule.forRoot({ access: () => true });
// @ts-expect-error -- access is a function
WaitPageModule.forRoot({ access: 'read' });
// @ts-expect-error -- it does not guard anything
WaitPageModule.forRoot({ guards: [NoGuard] });
// @ts-expect-error -- guards are a list
WaitPageModule.forRoot({ guards: AdminGuard });
// @ts-expect-error -- a path is one
WaitPageModule.forRoot({ path: ['loops', 'jobs'] });
// @ts-expect-error -- there is no such option
WaitPageModule.forRoot({ readOnly: true });
// @ts-expect-error -- a factory makes the access
WaitPageModule.forRootAsync({ useFactory: () => ({}), access });
// @ts-expect-error -- Nest needs the path before it calls the factory
WaitPageModule.forRootAsync({ useFactory: (): WaitPageSettings => ({ path: 'loops' }) });
// @ts-expect-error -- a factory returns options
WaitPageModule.forRootAsync({ useFactory: () => 'read' });
