import { jest } from '@jest/globals';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';

type Package = typeof import('nestjs-wait');

/** Loads the package once more, beside the copy that a test imports. Both use one Nest. */
export async function secondCopy(): Promise<Package> {
  let copy: Package | undefined;
  jest.doMock('@nestjs/common', () => common);
  jest.doMock('@nestjs/core', () => core);
  await jest.isolateModulesAsync(async () => {
    copy = await import('nestjs-wait');
  });
  jest.dontMock('@nestjs/common').dontMock('@nestjs/core');
  return copy as Package;
}
