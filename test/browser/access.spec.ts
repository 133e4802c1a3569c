import { expect, it, jest } from '@jest/globals';
import { ForbiddenException, UnauthorizedException, type CanActivate } from '@nestjs/common';
import type { PageRequest, PageResponse } from '../../src/page/http.js';
import { OPEN, serve } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const FORGED = `fetch('actions', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'X-Nestjs-Wait': '1' },
  body: JSON.stringify({ loop: 'Outbox.flush', action: 'pause' }),
}).then((response) => response.status)`;

it('has no buttons for whoever may only look, and refuses what they send all the same', async () => {
  const served = await serve({ page: { access: () => 'read', refresh: '1s' } });
  served.loop('Outbox.flush');
  const visited = await visit(served.url);
  const { page, opener, row } = visited;
  await opener('Outbox.flush').click();
  await page.getByRole('heading', { name: 'Options' }).waitFor();
  expect(await page.getByRole('button', { name: /^(?:Pause|Resume|Run) / }).count()).toBe(0);
  expect(await row('Outbox.flush').getByRole('button').count()).toBe(1);

  visited.complaints.expect(/status of 403/);
  expect(await page.evaluate(FORGED)).toBe(403);
  expect(served.info('Outbox.flush').paused).toBe(false);
  expect(served.logger.messages('warn').join('\n')).toMatch(/refused an action of '127\.0\.0\.1'/);
});

it('does what whoever may act sends, so that the refusal above is due to the access', async () => {
  const served = await serve();
  served.loop('Outbox.flush');
  const { page } = await visit(served.url);
  expect(await page.evaluate(FORGED)).toBe(200);
  expect(served.info('Outbox.flush').paused).toBe(true);
});

it.each([
  [401, new UnauthorizedException(), /log(?:ged)? in/i],
  [403, new ForbiddenException(), /may not|log in/i],
])(
  'says in words that a guard answers %d all at once, marks what it shows as old, and recovers',
  async (status, error, want) => {
    let isOver = false;
    const guard: CanActivate = {
      canActivate: () => {
        if (isOver) {
          throw error;
        }
        return true;
      },
    };
    const served = await serve({ page: { guards: [guard], access: () => 'all', refresh: '1s' } });
    served.loop('Outbox.flush');
    const visited = await visit(served.url);
    const { page, row, alert, button } = visited;
    await row('Outbox.flush').waitFor();
    visited.complaints.expect(new RegExp(`status of ${status}`));
    isOver = true;
    await page.getByRole('main').getByText(want).waitFor();
    await page.locator('main[data-old=true]').waitFor();
    await row('Outbox.flush').waitFor();

    await button('Run Outbox.flush now').click();
    await alert.getByText(want).waitFor();
    expect(served.info('Outbox.flush').runs).toBe(1);

    isOver = false;
    await button('Ask now').click();
    await page.locator('main[data-old=false]').waitFor();
    await page.getByText(want).and(page.locator('main *')).waitFor({ state: 'detached' });
  },
);

it('works when the name and the password stand in the address', async () => {
  const password: CanActivate = {
    canActivate: (context) => {
      const http = context.switchToHttp();
      http.getResponse<PageResponse>().header('WWW-Authenticate', 'Basic realm="loops"');
      if (http.getRequest<PageRequest>().headers['authorization'] !== `Basic ${btoa('eve:secret')}`) {
        throw new UnauthorizedException();
      }
      return true;
    },
  };
  const served = await serve({ page: { ...OPEN, guards: [password] } });
  served.loop('Outbox.flush');
  const { opener, button, status } = await visit(served.url.replace('//', '//eve:secret@'));
  await opener('Outbox.flush').click();
  await button('Run Outbox.flush now').click();
  await status.getByText('Outbox.flush runs now').waitFor();
});
