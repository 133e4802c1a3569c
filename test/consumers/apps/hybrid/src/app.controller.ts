import { Controller, Get, type OnModuleDestroy } from '@nestjs/common';
import { ClientProxyFactory, MessagePattern, Transport, type ClientProxy } from '@nestjs/microservices';
import { Outbox } from './outbox.js';

/** Answers over HTTP what it asks itself over TCP. */
@Controller()
export class AppController implements OnModuleDestroy {
  private client?: ClientProxy;

  constructor(private readonly outbox: Outbox) {}

  connectTo(port: number): void {
    this.client = ClientProxyFactory.create({ transport: Transport.TCP, options: { port } });
  }

  @MessagePattern('runs')
  runs(): number {
    return this.outbox.runs;
  }

  @Get()
  ask() {
    return this.client?.send<number>('runs', {});
  }

  onModuleDestroy(): void {
    void this.client?.close();
  }
}
