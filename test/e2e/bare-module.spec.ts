import { expect, it } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WaitModule } from 'nestjs-wait';

it('refuses WaitModule without forRoot(), with the remedy in the text', async () => {
  const builder = Test.createTestingModule({ imports: [WaitModule] }).setLogger(
    false as unknown as LoggerService,
  );
  const app = (await builder.compile()).createNestApplication({ logger: false });
  await expect(app.init()).rejects.toMatchObject({
    code: 'WAIT_ERR_FOR_ROOT',
    message: expect.stringMatching(/without forRoot\(\).*Import WaitModule\.forRoot\(\) once/),
  });
});
