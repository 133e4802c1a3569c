import { Injectable } from '@nestjs/common';
import { Until, type WaitModuleOptions } from 'nestjs-wait';
import { failsTheBootstrap } from '../support/application.js';
import type { Mistake, Row } from '../support/mistake.js';

@Injectable()
class Outbox {
  @Until({ period: '5s', workers: 2 })
  flush(): void {}

  @Until(() => ({ period: '5s', name: 'purge' }))
  purge(): void {}
}

interface OverridesRow extends Row {
  readonly loops: unknown;
}

const UNKNOWN_LOOP = 'WAIT_ERR_UNKNOWN_LOOP';

const rows: readonly OverridesRow[] = [
  { title: 'overrides that are null', loops: null, wantWords: ['WaitModule.forRoot', 'loops', 'null'] },
  { title: 'overrides that are a number', loops: 5, wantWords: ['WaitModule.forRoot', 'loops', '5'] },
  { title: 'overrides that are true', loops: true, wantWords: ['WaitModule.forRoot', 'loops', 'true'] },
  { title: 'overrides that are a string', loops: '{}', wantWords: ['WaitModule.forRoot', 'loops', "'{}'"] },
  {
    title: 'overrides that are a list',
    loops: [{ name: 'Outbox.flush' }],
    wantWords: ['WaitModule.forRoot', 'loops'],
  },
  {
    title: 'overrides that are a map',
    loops: new Map([['Outbox.flush', { enabled: false }]]),
    wantWords: ['WaitModule.forRoot', 'loops', 'Map'],
  },
  {
    title: 'overrides that are a promise',
    loops: Promise.resolve({}),
    wantWords: ['WaitModule.forRoot', 'loops', 'Promise'],
  },
  {
    title: 'an override that is false',
    loops: { 'Outbox.flush': false },
    wantWords: ["loops['Outbox.flush']", 'false'],
  },
  {
    title: 'an override that is a period alone',
    loops: { 'Outbox.flush': 5 },
    wantWords: ["loops['Outbox.flush']", '5'],
  },
  {
    title: 'an override that is a string',
    loops: { 'Outbox.flush': 'off' },
    wantWords: ["loops['Outbox.flush']", "'off'"],
  },
  {
    title: 'an override that is null',
    loops: { 'Outbox.flush': null },
    wantWords: ["loops['Outbox.flush']", 'null'],
  },
  {
    title: 'an override that is a list',
    loops: { 'Outbox.flush': [] },
    wantWords: ["loops['Outbox.flush']", '[]'],
  },
  {
    title: 'an override that is a map',
    loops: { 'Outbox.flush': new Map() },
    wantWords: ["loops['Outbox.flush']", 'Map'],
  },
  {
    title: 'an override that is a function',
    loops: { 'Outbox.flush': () => ({}) },
    wantWords: ["loops['Outbox.flush']", 'Function'],
  },
  {
    title: 'an override that is a promise',
    loops: { 'Outbox.flush': Promise.resolve({}) },
    wantWords: ["loops['Outbox.flush']", 'Promise'],
  },
  {
    title: 'an override of a loop whose name is misspelled',
    loops: { 'Outbox.flash': {} },
    wantWords: ["loops['Outbox.flash']", "did you mean 'Outbox.flush'?"],
    wantCode: UNKNOWN_LOOP,
  },
  {
    title: 'an override by the method of a loop that has a name',
    loops: { 'Outbox.purge': {} },
    wantWords: ["loops['Outbox.purge']", 'purge'],
    wantCode: UNKNOWN_LOOP,
  },
  {
    title: 'an override of one worker',
    loops: { 'Outbox.flush#0': { period: '1s' } },
    wantWords: ["loops['Outbox.flush#0']", 'Outbox.flush'],
    wantCode: UNKNOWN_LOOP,
  },
  {
    title: 'an override of an inherited property',
    loops: { toString: {} },
    wantWords: ["loops['toString']"],
    wantCode: UNKNOWN_LOOP,
  },
  {
    title: 'an override whose name forges a line',
    loops: { 'a\nLOG [WaitModule] all is well': {} },
    wantWords: ['a\\nLOG'],
    wantCode: UNKNOWN_LOOP,
  },
];

export const overrides: readonly Mistake[] = rows.map(({ loops, ...row }) =>
  failsTheBootstrap({
    ...row,
    application: () => ({ providers: [Outbox], options: { loops } as WaitModuleOptions }),
    mended: () => ({ providers: [Outbox], options: { loops: { 'Outbox.flush': { enabled: false } } } }),
  }),
);
