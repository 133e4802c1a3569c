import { NestFactory } from '@nestjs/core';

/** Puts a decorator on a method of a class, which is written in JavaScript. */
export function decorate(Job, method, decorator) {
  decorator(Job.prototype, method, Object.getOwnPropertyDescriptor(Job.prototype, method));
  return Job;
}

/** Boots an application of these modules and providers. */
export function boot(imports, providers, logger = false) {
  return NestFactory.createApplicationContext({ module: class Root {}, imports, providers }, { logger });
}

/** Prints a finding for the test that has started this process. */
export function report(finding) {
  console.log(JSON.stringify(finding));
}
