// Starts an application in which a library brings a copy of the package with it.
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const [ours, theirs] = await Promise.all([
  import(process.env.NESTJS_WAIT),
  import(process.env.NESTJS_WAIT.replace(/index\.js$/, 'library/index.js')),
]);

class Job {
  tick() {
    console.log('run');
  }
}
Injectable()(Job);
theirs.Until('1s')(Job.prototype, 'tick', Object.getOwnPropertyDescriptor(Job.prototype, 'tick'));
class LibraryModule {}
Module({ imports: [theirs.WaitModule.forRoot()], providers: [Job] })(LibraryModule);
class AppModule {}
Module({ imports: [ours.WaitModule.forRoot(), LibraryModule] })(AppModule);

await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false }).catch((error) =>
  console.log(error.message),
);
