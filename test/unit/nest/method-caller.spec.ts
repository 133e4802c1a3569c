import { runInThisContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import type { LoopFunction } from 'nestjs-wait';
import { mayTakeParameter } from '../../../src/nest/run/method-caller.js';

// From texts, since a compiler would change what the source of a function is.
describe('whether a function might look at its signal', () => {
  it.each<[method: string, want: boolean]>([
    ['tick() {}', false],
    ['async tick() {}', false],
    ['async() {}', false],
    ['tick ( ) {}', false],
    ['tick(signal) {}', true],
    ['tick(s = 1) {}', true],
    ['tick(...s) {}', true],
    ['tick({ aborted } = {}) {}', true],
    ["['e()'](s = 1) {}", true],
    ["[(() => 'e')()](s = 1) {}", true],
    ["'e()'(s = 1) {}", true],
    ['m /* () */(s = 1) {}', true],
    ['m(/* ) { */ s = 1) {}', true],
    ['tick() { return arguments[0]; }', true],
  ])('is told by the source of a method: %s', (method, want) => {
    const [f] = Object.values(runInThisContext(`({ ${method} })`) as Record<string, LoopFunction>);
    expect(mayTakeParameter(f as LoopFunction)).toBe(want);
  });

  it.each<[f: string, want: boolean]>([
    ['() => 1', false],
    ['async () => 1', false],
    ['function () {}', false],
    ['async function tick() {}', false],
    ['s => s', true],
    ['async s => s', true],
    ['async (s = 1) => s', true],
    ['(s = 1) => () => s', true],
    ['function (s) {}', true],
    ['function tick() { return original.apply(this, arguments); }', true],
    ['(() => 1).bind(null)', true],
    ['new Proxy(() => 1, {})', true],
    ['Math.random', true],
  ])('is told by the source of a function: %s', (f, want) => {
    expect(mayTakeParameter(runInThisContext(`(${f})`) as LoopFunction)).toBe(want);
  });
});
