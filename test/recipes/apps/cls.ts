import { ClsService } from 'nestjs-cls';
import { clsModule, waitModule } from '../cls.js';
import { interleave } from './interleaved.js';
import { report } from './report.js';

await interleave([clsModule, waitModule], (app) => {
  const cls = app.get(ClsService);
  const found = new Map<string, string>();
  return {
    begin: (who, turn) => {
      found.set(who, (cls.get('note') as string | undefined) ?? 'nothing');
      cls.set('note', `${who} ${turn}`);
    },
    end: (who, turn) => {
      report({ who, turn, found: found.get(who), id: cls.getId(), note: cls.get('note') as string });
      if (turn === 2 && who !== 'request') {
        throw new Error(`boom of ${who}`);
      }
    },
  };
});
