// A server answers while the first runs of many loops take place, since each has a turn of the event loop of
// its own.
import { createServer } from 'node:http';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { wait } from './application.mjs';

let runs = 0;
class Jobs {
  tick() {
    runs++;
    for (const end = performance.now() + 20; performance.now() < end;); // what a parser or a template takes
  }
}
Injectable()(Jobs);
wait.Until({ period: '1h', workers: 100 })(
  Jobs.prototype,
  'tick',
  Object.getOwnPropertyDescriptor(Jobs.prototype, 'tick'),
);
class AppModule {}
Module({ imports: [wait.WaitModule.forRoot()], providers: [Jobs] })(AppModule);

const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await (await fetch(`http://127.0.0.1:${server.address().port}`)).text();
console.log(`answered after ${runs} of 100 first runs`);
await app.close();
process.exit();
