// Asks a page and another route eleven times, where the throttler of docs/page.md allows ten times a minute.
import { Controller, Get, Module } from '@nestjs/common';
import { WaitModule } from 'nestjs-wait';
import { WaitPageModule } from 'nestjs-wait/page';
import { ask } from './ask.mjs';
import { ThrottledModule } from './throttled.module.js';

class Shop {
  list() {
    return 'a shirt';
  }
}
Controller('shop')(Shop);
Get()(Shop.prototype, 'list', Object.getOwnPropertyDescriptor(Shop.prototype, 'list'));

class AppModule {}
Module({
  imports: [WaitModule.forRoot(), WaitPageModule.forRoot({ allowUnguarded: true }), ThrottledModule],
  controllers: [Shop],
})(AppModule);

const elevenTimes = (path) => Array.from({ length: 11 }, () => [path]);
await ask('throttled', AppModule, [...elevenTimes('/loops/data'), ...elevenTimes('/shop')]);
