// What the scripts beside this one share: an application with one loop, without a compiler for decorators.
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** Where the compiled package is; the test that starts the scripts knows. */
export const wait = await import(process.env.NESTJS_WAIT);

export async function start(decorate, tick, options, providers = []) {
  class Job {
    tick(signal) {
      return tick(signal);
    }
  }
  Injectable()(Job);
  decorate(Job.prototype, 'tick', Object.getOwnPropertyDescriptor(Job.prototype, 'tick'));
  class AppModule {}
  Module({ imports: [wait.WaitModule.forRoot(options)], providers: [Job, ...providers] })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn', 'log'] });
  app.enableShutdownHooks();
  return app;
}
