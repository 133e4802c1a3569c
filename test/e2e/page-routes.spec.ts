import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { act, ask, infoOf, PLATFORMS, serve } from '../support/page.js';

@Injectable()
class Outbox {
  @Until('10s')
  flush(): void {}
}

describe.each(PLATFORMS)('the routes of the page on %s', (platform) => {
  it('lead from its path to the page, which loads its script and its style', async () => {
    const { origin } = await serve(platform, { providers: [Outbox] });
    expect(await ask(`${origin}/loops`)).toMatchObject({ status: 302, headers: { location: 'loops/page' } });
    const page = await ask(`${origin}/loops/page`);
    expect(page.status).toBe(200);
    expect((await ask(`${origin}/loops/app.js`)).status).toBe(200);
    expect((await ask(`${origin}/loops/app.css`)).status).toBe(200);
    expect((await ask(`${origin}/loops/data`)).status).toBe(200);
  });

  it('pause a loop, and the log says who did and why', async () => {
    const served = await serve(platform, { providers: [Outbox] });
    const action = { loop: 'Outbox.flush', action: 'pause', note: 'a migration' };
    expect(await act(`${served.origin}/loops`, action)).toMatchObject({ status: 200 });
    expect(infoOf(served, 'Outbox.flush')).toMatchObject({ paused: true, pauseReason: 'a migration' });
    expect(served.logger.messages('log')).toContain(
      'Outbox.flush: paused on the page by 127.0.0.1 (a migration)',
    );
  });
});
