import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WAIT_CLOCK } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { AppModule } from './../src/app.module.js';
import { Outbox } from './../src/outbox.js';

describe('Outbox (e2e)', () => {
  it('is flushed while the application answers', async () => {
    const clock = new FakeClock();
    const moduleRef = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(WAIT_CLOCK)
      .useValue(clock)
      .compile();
    const app: INestApplication<App> = moduleRef.createNestApplication();
    await app.init();
    await clock.advance(20);
    await request(app.getHttpServer()).get('/').expect(200).expect('Hello World!');
    expect(app.get(Outbox).runs).toBe(2);
    await app.close();
    expect(clock.armedTimers).toBe(0);
  });
});
