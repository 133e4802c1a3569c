import { describe, expect, it, jest } from '@jest/globals';
import { serve, type Platform } from '../support/serve.js';
import { visit } from '../support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

describe.each<Platform>(['express', 'fastify'])('the page on %s', (platform) => {
  it('shows the loops, pauses, resumes and runs one', async () => {
    const served = await serve({ platform });
    const outbox = served.loop('Outbox.flush');
    served.loop('Mailer.send');
    const { page, rows, button, status, reason } = await visit(served.url);
    expect(page.url()).toBe(`${served.url}/page`);
    await rows.nth(1).waitFor();
    expect(await page.title()).toBe('Loops');

    await button('Pause Outbox.flush').click();
    await page.getByRole('textbox', { name: 'Note' }).fill('database migration');
    await page.keyboard.press('Enter');
    await reason('Outbox.flush', 'database migration').waitFor();
    expect(served.info('Outbox.flush')).toMatchObject({ paused: true, pauseReason: 'database migration' });

    const before = outbox.runs;
    await button('Run Outbox.flush now').click();
    await status.getByText('Outbox.flush runs now').waitFor();
    expect(outbox.runs).toBe(before + 1);

    await button('Resume Outbox.flush').click();
    await button('Pause Outbox.flush').waitFor();
    expect(served.info('Outbox.flush').paused).toBe(false);
  });
});
