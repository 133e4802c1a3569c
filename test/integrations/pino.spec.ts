import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Logger, LoggerModule } from 'nestjs-pino';
import { Until, WAIT_CLOCK, WaitModule, type WaitModuleOptions } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

const error = Object.assign(new TypeError('boom', { cause: new Error('why') }), {
  code: 'E_BOOM',
  config: { headers: { Authorization: 'Bearer secret' } },
});

@Injectable()
class Poll {
  @Until('10s')
  tick(): void {
    throw error;
  }
}

let lines: Record<string, unknown>[] = [];
// One for all tests: nestjs-pino keeps the first that it is given for as long as the process lives.
const stream = new Writable({
  write: (chunk: Buffer, _encoding, done) => {
    lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
    done();
  },
});

/** What pino writes of one run that fails. */
async function writtenBy(settings: { isGlobal: boolean }): Promise<Record<string, unknown>[]> {
  lines = [];
  const pino = LoggerModule.forRoot({ pinoHttp: [{}, stream] });
  const wait = WaitModule.forRootAsync({
    inject: [Logger],
    useFactory: (logger: Logger): WaitModuleOptions => (settings.isGlobal ? {} : { logger }),
  });
  const moduleRef = await Test.createTestingModule({ imports: [pino, wait], providers: [Poll] })
    .overrideProvider(WAIT_CLOCK)
    .useValue(new FakeClock())
    .compile();
  const app = moduleRef.createNestApplication();
  app.useLogger(settings.isGlobal ? app.get(Logger) : false);
  await app.init();
  await app.get<FakeClock>(WAIT_CLOCK).advance(0);
  await app.close();
  return lines;
}

it.each([
  { how: "as the application's logger", isGlobal: true },
  { how: "as the module's option", isGlobal: false },
])('nestjs-pino, $how, gets an error as an object, with its loop and its run', async ({ isGlobal }) => {
  const written = await writtenBy({ isGlobal });
  expect(written.filter(({ level }) => level === 50)).toEqual([
    expect.objectContaining({
      msg: 'run 1 failed: boom',
      context: 'Poll.tick',
      loop: 'Poll.tick',
      run: 1,
      code: 'E_BOOM',
      cause: { name: 'Error', message: 'why' },
      err: {
        type: 'TypeError',
        name: 'TypeError',
        message: 'boom',
        stack: expect.stringMatching(/^TypeError: boom \[E_BOOM\]\n    at [^]*\n  caused by: Error: why\n/),
      },
    }),
  ]);
  expect(JSON.stringify(written)).not.toContain('secret');
});
