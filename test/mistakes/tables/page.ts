import { Module, type CanActivate, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WaitPageModule, type WaitPageOptions, type WaitPageSettings } from 'nestjs-wait/page';
import {
  Bystander,
  failsTheBootstrap,
  failsTheDefinition,
  initError,
  type Application,
} from '../support/application.js';
import type { Mistake, Row } from '../support/mistake.js';

interface PageRow extends Row {
  readonly options: unknown;
}

const OWNER = 'WaitPageModule.forRoot';
const ASYNC_OWNER = `${OWNER}Async`;
const OPEN = { allowUnguarded: true };

class AdminGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

const right = (): Application => ({ imports: [WaitPageModule.forRoot(OPEN)] });

const options: readonly PageRow[] = [
  {
    title: 'a page that everybody could see',
    options: {},
    wantWords: [
      'WaitPageModule',
      'neither guards nor access',
      'guards: [',
      'access: (',
      'allowUnguarded: true',
    ],
  },
  {
    title: 'a page with a list of no guards',
    options: { guards: [] },
    wantWords: ['neither guards nor access', 'allowUnguarded: true'],
  },
  {
    title: 'a page that is not allowed to be open',
    options: { allowUnguarded: false },
    wantWords: ['neither guards nor access', 'allowUnguarded: true'],
  },
  {
    title: 'a page whose access is undefined, as of a setting that is missing',
    options: { access: undefined, guards: undefined },
    wantWords: ['neither guards nor access'],
  },
  {
    title: 'allowUnguarded in words',
    options: { allowUnguarded: 'true' },
    wantWords: [OWNER, 'allowUnguarded', 'true or false', "'true'"],
  },
  {
    title: 'an access that is what the function would return',
    options: { access: 'all' },
    wantWords: [OWNER, 'access', "a function, not 'all'. Write access: () => 'all'."],
  },
  {
    title: 'an access that is read',
    options: { access: 'read' },
    wantWords: [OWNER, 'access', "a function, not 'read'. Write access: () => 'read'."],
  },
  {
    title: 'an access that is no access',
    options: { access: 'admin' },
    wantWords: [OWNER, 'access', /a function, not 'admin'\.$/],
  },
  {
    title: 'an access that is a class',
    options: { access: Bystander },
    wantWords: [OWNER, 'access', 'a function'],
  },
  {
    title: 'an option that does not exist',
    options: { ...OPEN, readOnly: true },
    wantWords: [
      OWNER,
      "no option 'readOnly'",
      'access, allowUnguarded, title, refresh, history, showErrors',
      'path, guards, imports',
    ],
  },
  { title: 'an empty title', options: { ...OPEN, title: '' }, wantWords: [OWNER, 'title', 'not empty'] },
  { title: 'a title that is a number', options: { ...OPEN, title: 7 }, wantWords: [OWNER, 'title', '7'] },
  {
    title: 'a page that asks too often',
    options: { ...OPEN, refresh: 999 },
    wantWords: [OWNER, 'refresh', 'from 1s to 1h', '999'],
  },
  {
    title: 'a refresh of two, as if it were seconds',
    options: { ...OPEN, refresh: 2 },
    wantWords: [
      OWNER,
      "refresh must be from 1s to 1h, not 2. A number is in milliseconds; for seconds, write '2s'.",
    ],
  },
  {
    title: 'a page that never asks',
    options: { ...OPEN, refresh: 0 },
    wantWords: [OWNER, 'refresh', 'from 1s to 1h', '0'],
  },
  {
    title: 'a page that is meant to ask never again',
    options: { ...OPEN, refresh: '60d' },
    wantWords: [OWNER, /refresh must be from 1s to 1h, not '60d'\.$/],
  },
  {
    title: 'a refresh without a unit',
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    options: { ...OPEN, refresh: '2' },
    wantWords: [OWNER, 'refresh', 'unit', "'2'"],
  },
  {
    title: 'a refresh of NaN',
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    options: { ...OPEN, refresh: NaN },
    wantWords: [OWNER, 'refresh', 'NaN'],
  },
  { title: 'no history', options: { ...OPEN, history: 0 }, wantWords: [OWNER, 'history', '1 to 100', '0'] },
  {
    title: 'a history that is too long',
    options: { ...OPEN, history: 101 },
    wantWords: [OWNER, 'history', '1 to 100', '101'],
  },
  {
    title: 'half a run of history',
    options: { ...OPEN, history: 1.5 },
    wantWords: [OWNER, 'history', 'whole number', '1.5'],
  },
  {
    title: 'showErrors in words',
    options: { ...OPEN, showErrors: 'yes' },
    wantWords: [OWNER, 'showErrors', 'true or false', "'yes'"],
  },
  {
    title: 'a title whose getter throws',
    options: {
      ...OPEN,
      get title(): never {
        throw new Error('no such setting');
      },
    },
    wantWords: [OWNER, 'title', 'cannot be read', 'no such setting'],
  },
];

// Nest has to know these before it makes the options, so the call itself refuses them.
const placement: readonly PageRow[] = [
  ...[
    ['is empty', '', "''"],
    ['is the root', '/', "'/'"],
    ['is a number', 7, '7'],
    ['has a parameter', 'loops/:id', "'loops/:id'"],
    ['has a wildcard', 'loops/*', "'loops/\\*'"],
    ['has a query', 'loops?all', "'loops\\?all'"],
    ['has a space', 'my loops', "'my loops'"],
    ['is a URL', 'https://ops.example/loops', 'https:'],
    ['has an empty part', 'admin//loops', "'admin//loops'"],
    ['leads up', 'admin/../loops', "'admin/\\.\\./loops'"],
    ['has a dot alone', './loops', "'\\./loops'"],
    ['is a list', ['loops', 'jobs'], 'loops'],
  ].map(([what, path, shown]) => ({
    title: `a path that ${String(what)}`,
    options: { ...OPEN, path },
    wantWords: [OWNER, 'path', "such as 'admin/loops'", new RegExp(String(shown))],
  })),
  {
    title: 'a single guard',
    options: { ...OPEN, guards: AdminGuard },
    wantWords: [
      OWNER,
      'guards',
      'a list',
      'canActivate',
      /not \[class AdminGuard\]\. Write guards: \[AdminGuard\]\.$/,
    ],
  },
  {
    title: 'a single guard that is an instance',
    options: { ...OPEN, guards: new AdminGuard() },
    wantWords: [OWNER, 'guards', 'a list', /not AdminGuard {}\. Write guards: \[AdminGuard\]\.$/],
  },
  {
    title: 'guards that are neither a list nor a guard',
    options: { ...OPEN, guards: Bystander },
    wantWords: [OWNER, 'guards', 'a list', /canActivate\(\), not \[class Bystander\]\.$/],
  },
  {
    title: 'a guard that is no guard',
    options: { ...OPEN, guards: [Bystander] },
    wantWords: [OWNER, 'guards', 'canActivate', 'Bystander'],
  },
  {
    title: 'a guard that is undefined, as by a circular import',
    options: { ...OPEN, guards: [undefined] },
    wantWords: [OWNER, 'guards', 'canActivate', 'undefined'],
  },
  {
    title: 'imports that are a module',
    options: { ...OPEN, imports: Bystander },
    wantWords: [OWNER, 'imports', 'a list of modules', 'Bystander'],
  },
];

@Module({ imports: [WaitPageModule] })
class WithoutForRoot {}

const late = (name: string, value: unknown): Mistake =>
  failsTheBootstrap({
    title: `${name} in what a factory returns`,
    wantWords: ['WaitPageModule.forRootAsync', name, 'beside the factory', `useFactory, ${name}`],
    application: () => ({
      imports: [
        WaitPageModule.forRootAsync({
          useFactory: () => ({ ...OPEN, [name]: value }),
        }),
      ],
    }),
    mended: right,
  });

/** A mistake in what a factory returns. */
const made = (title: string, returned: unknown, ...wantWords: Row['wantWords']): Mistake =>
  failsTheBootstrap({
    title: `a factory that returns ${title}`,
    wantWords: [new RegExp(`^${ASYNC_OWNER}\\b`), ...wantWords],
    application: () => ({
      imports: [WaitPageModule.forRootAsync({ useFactory: () => returned as WaitPageSettings })],
    }),
    mended: right,
  });

const withoutWaitModule = (imports: ModuleMetadata['imports']): Promise<unknown> =>
  initError(Test.createTestingModule({ imports: imports ?? [], providers: [Bystander] }));

const imports: readonly Mistake[] = [
  late('path', 'jobs'),
  late('guards', []),
  late('imports', []),
  failsTheBootstrap({
    title: 'a path in the class that makes the options',
    wantWords: ['WaitPageModule.forRootAsync', 'path', 'beside the factory'],
    application: () => {
      class Settings {
        readonly allowUnguarded = true;
        get path(): string {
          return 'jobs';
        }
      }
      return { imports: [WaitPageModule.forRootAsync({ useFactory: () => new Settings() })] };
    },
    mended: right,
  }),
  failsTheBootstrap({
    title: 'a module without forRoot()',
    wantCode: 'WAIT_ERR_FOR_ROOT',
    wantWords: ['WaitPageModule is imported without forRoot()', 'no page', 'WaitPageModule.forRoot() once'],
    application: () => ({ imports: [WithoutForRoot], options: {} }),
    mended: right,
  }),
  failsTheBootstrap({
    title: 'forRoot() twice',
    wantCode: 'WAIT_ERR_FOR_ROOT',
    wantWords: ['WaitPageModule.forRoot() is imported 2 times', '2 pages', 'once, in the root module'],
    application: () => ({
      imports: [WaitPageModule.forRoot(OPEN), WaitPageModule.forRoot({ ...OPEN, path: 'jobs' })],
    }),
    mended: right,
  }),
  {
    title: 'an application without WaitModule',
    wantCode: 'WAIT_ERR_FOR_ROOT',
    wantWords: ['WaitPageModule needs WaitModule', 'Import WaitModule.forRoot() too'],
    provoke: () => withoutWaitModule([WaitPageModule.forRoot(OPEN)]),
  },
  made(
    'nothing',
    undefined,
    "takes a factory that returns an options object, not undefined. Return { access: (context) => 'read' }, for instance.",
  ),
  made(
    'no access',
    {},
    "neither guards nor access, so that everybody could see the page. Write { guards: [AdminGuard] } beside the factory, or return { access: (context) => 'read' } from it, or { allowUnguarded: true } if everybody may.",
  ),
  made('an empty title', { ...OPEN, title: '' }, 'title', 'not empty'),
  made('an option that does not exist', { ...OPEN, titel: 'Jobs' }, "no option 'titel'", /showErrors\.$/),
  failsTheDefinition({
    title: 'options that are null',
    wantWords: [
      /^WaitPageModule\.forRoot takes .*, not null\. Write \{ access: \(context\) => 'read' \}, for/,
    ],
    define: () => WaitPageModule.forRoot(null as unknown as WaitPageOptions),
  }),
  failsTheDefinition({
    title: 'a promise of options',
    wantWords: [OWNER, 'a Promise', 'WaitPageModule.forRootAsync({ useFactory'],
    define: () => WaitPageModule.forRoot(Promise.resolve({}) as WaitPageOptions),
  }),
  failsTheDefinition({
    title: 'forRootAsync() without a way',
    wantWords: ['WaitPageModule.forRootAsync', 'useFactory, useClass and useExisting'],
    define: () => WaitPageModule.forRootAsync({}),
  }),
  failsTheDefinition({
    title: 'access beside the factory',
    wantWords: [`${ASYNC_OWNER} has no option 'access' beside the factory. Return it from the factory.`],
    define: () => WaitPageModule.forRootAsync({ useFactory: () => OPEN, access: () => 'all' } as object),
  }),
  failsTheDefinition({
    title: 'an option that does not exist, beside the factory',
    wantWords: [ASYNC_OWNER, "no option 'gaurds'", /, imports, provideInjectionTokensFrom, path, guards\.$/],
    define: () => WaitPageModule.forRootAsync({ useFactory: () => OPEN, gaurds: [] } as object),
  }),
  failsTheDefinition({
    title: 'a wrong path beside the factory',
    wantWords: ['WaitPageModule.forRootAsync', 'path', "such as 'admin/loops'"],
    define: () => WaitPageModule.forRootAsync({ useFactory: () => OPEN, path: '' }),
  }),
];

export const page: readonly Mistake[] = [
  ...options.map(({ options: written, ...row }) =>
    failsTheBootstrap({
      ...row,
      application: () => ({ imports: [WaitPageModule.forRoot(written as WaitPageOptions)] }),
      mended: right,
    }),
  ),
  ...placement.map(({ options: written, ...row }) =>
    failsTheDefinition({ ...row, define: () => WaitPageModule.forRoot(written as WaitPageOptions) }),
  ),
  ...imports,
];
