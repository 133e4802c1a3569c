import type { AddressInfo, Server } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { AppController } from './app.controller.js';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule);
const microservice = app.connectMicroservice<MicroserviceOptions>({
  transport: Transport.TCP,
  options: { port: 0 },
});
app.enableShutdownHooks();
await app.startAllMicroservices();
const { port } = microservice.unwrap<Server>().address() as AddressInfo;
app.get(AppController).connectTo(port);
await app.listen(process.env.PORT ?? 3000);
console.log(`Listening on ${await app.getUrl()}`);
