import { Logger } from '@nestjs/common';
import { Logger as PinoLogger } from 'nestjs-pino';
import { loggerModule, waitModule } from '../pino.js';
import { interleave } from './interleaved.js';

const logger = new Logger('Work');

await interleave(
  [loggerModule, waitModule],
  {
    begin: (who, turn) => logger.log({ msg: 'begins', who, turn }),
    end: (who, turn) => {
      logger.log({ msg: 'ends', who, turn });
      if (turn === 2 && who !== 'request') {
        throw new Error(`boom of ${who}`);
      }
    },
  },
  { useLogger: (app) => app.get(PinoLogger) },
);
