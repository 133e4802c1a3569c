// An application with the page and with another controller. It prints the document that Swagger makes of it.
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { WaitModule } from 'nestjs-wait';
import { WaitPageModule } from 'nestjs-wait/page';

class OrdersController {
  list() {
    return [];
  }
}
Get()(
  OrdersController.prototype,
  'list',
  Object.getOwnPropertyDescriptor(OrdersController.prototype, 'list'),
);
Controller('orders')(OrdersController);

class AppModule {}
Module({
  imports: [WaitModule.forRoot(), WaitPageModule.forRoot({ access: () => 'read' })],
  controllers: [OrdersController],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: false });
await app.init();
console.log(JSON.stringify(SwaggerModule.createDocument(app, new DocumentBuilder().build())));
await app.close();
