import { expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { eventually } from './support/eventually.js';
import { serve } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

@Injectable()
class Retired {
  @Until({ period: '1s', enabled: false })
  work(): void {}
}

@Injectable()
class Finalizer {
  @Until({ period: '1h', leaderOnly: true })
  run(): void {}
}

it('pauses a loop with a note, which the page shows and the log has, and resumes it', async () => {
  const served = await serve();
  served.loop('Outbox.flush');
  const { page, row, button, status, reason } = await visit(served.url);
  await button('Pause Outbox.flush').click();
  const dialog = page.getByRole('dialog', { name: 'Pause Outbox.flush' });
  const note = dialog.getByRole('textbox', { name: 'Note' });
  await note.and(page.locator(':focus')).waitFor();
  await note.fill('database migration');
  await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await status.getByText('Outbox.flush is paused.').waitFor();
  await reason('Outbox.flush', 'database migration').waitFor();
  expect(await row('Outbox.flush').getAttribute('data-state')).toBe('paused');
  expect(served.info('Outbox.flush')).toMatchObject({ paused: true, pauseReason: 'database migration' });
  expect(served.logger.messages('log').join('\n')).toMatch(
    /Outbox\.flush.*pause.*127\.0\.0\.1.*database migration/,
  );

  await button('Resume Outbox.flush').click();
  await status.getByText('Outbox.flush is resumed.').waitFor();
  await button('Pause Outbox.flush').waitFor();
  expect(await row('Outbox.flush').getAttribute('data-state')).toBe('waiting');
  expect(served.info('Outbox.flush').paused).toBe(false);
});

it('pauses without a note at Enter, and does nothing at Escape and at Cancel', async () => {
  const served = await serve();
  served.loop('Outbox.flush');
  const { page, button, status } = await visit(served.url);
  const dialog = page.getByRole('dialog', { name: 'Pause Outbox.flush' });
  const giveUp = [
    () => page.keyboard.press('Escape'),
    () => dialog.getByRole('button', { name: 'Cancel', exact: true }).click(),
  ];
  for (const leave of giveUp) {
    await button('Pause Outbox.flush').click();
    await dialog.waitFor();
    await page.keyboard.type('never mind');
    await leave();
    await dialog.waitFor({ state: 'hidden' });
    await button('Pause Outbox.flush').and(page.locator(':focus')).waitFor();
  }
  expect(served.info('Outbox.flush').paused).toBe(false);

  await button('Pause Outbox.flush').click();
  await dialog.waitFor();
  await page.keyboard.press('Enter');
  await status.getByText('Outbox.flush is paused.').waitFor();
  expect(served.info('Outbox.flush')).toMatchObject({ paused: true });
  expect(served.info('Outbox.flush').pauseReason).toBeUndefined();
});

it('keeps the note that somebody writes while the loop leaves the list, and asks for none by itself', async () => {
  const served = await serve();
  const loop = served.loop('Outbox.flush');
  await loop.fails();
  const visited = await visit(`${served.url}/page#state=failing`);
  const { page, button, row } = visited;
  await button('Pause Outbox.flush').click();
  const dialog = page.getByRole('dialog', { name: 'Pause Outbox.flush' });
  await dialog.waitFor();
  await page.keyboard.type('incident 42');
  await loop.succeeds();
  await row('Outbox.flush').waitFor({ state: 'detached' });
  expect(await dialog.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('incident 42');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await loop.fails();
  await row('Outbox.flush').waitFor();
  await visited.newsCame(2);
  expect(await page.getByRole('dialog').count()).toBe(0);

  await button('Pause Outbox.flush').click();
  await page.keyboard.type('incident 43');
  await loop.succeeds();
  await row('Outbox.flush').waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await eventually(() =>
    expect(served.info('Outbox.flush')).toMatchObject({ paused: true, pauseReason: 'incident 43' }),
  );
});

it('runs a loop now, also a paused one, which stays paused', async () => {
  const served = await serve();
  const loop = served.loop('Outbox.flush');
  const visited = await visit(served.url);
  const { button, status, row } = visited;
  await button('Run Outbox.flush now').click();
  await status.getByText('Outbox.flush runs now').waitFor();
  await eventually(() => expect(loop.runs).toBe(2));

  void loop.handle.pause();
  await button('Resume Outbox.flush').waitFor();
  await button('Run Outbox.flush now').click();
  await eventually(() => expect(loop.runs).toBe(3));
  await visited.newsCame(2);
  expect(await row('Outbox.flush').getAttribute('data-state')).toBe('paused');
});

it('shows a pause that somebody else has made, and its reason', async () => {
  const served = await serve();
  const loop = served.loop('Outbox.flush');
  const { button, reason } = await visit(served.url);
  await button('Pause Outbox.flush').waitFor();
  void loop.handle.pause('from the console');
  await button('Resume Outbox.flush').waitFor();
  await reason('Outbox.flush', 'from the console').waitFor();
});

it('says before and while a leader-only loop is paused that another replica will run it, and what holds for all', async () => {
  const served = await serve({
    wait: { leaderElection: { lock: new InMemoryLock() } },
    metadata: { providers: [Finalizer] },
  });
  const { page, button, row } = await visit(served.url);
  await page.getByText(/Leader of default/).waitFor();
  await button('Pause Finalizer.run').click();
  const dialog = page.getByRole('dialog', { name: 'Pause Finalizer.run' });
  await dialog.getByText(/this replica.*another one that takes the lease.* will run it/i).waitFor();
  await dialog.getByText("loops: { 'Finalizer.run': { enabled: false } }").waitFor();
  await page.keyboard.press('Enter');
  await row('Finalizer.run')
    .getByText(/paused on this replica.*another one that takes the lease.* will run it/i)
    .waitFor();
});

it('does not advise an option that does not reach a loop that was started at run time', async () => {
  const served = await serve();
  served.loop('Import.customer42');
  const { page, button, row, opener } = await visit(served.url);
  await button('Pause Import.customer42').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('enabled: false, where the application starts it').waitFor();
  expect(await dialog.getByText('loops:').count()).toBe(0);
  await page.keyboard.press('Enter');
  await opener('Import.customer42').click();
  await row('Import.customer42').getByText('enabled: false, where the application starts it').waitFor();
});

it('says of a loop that it is disabled, and has buttons that do nothing and say why', async () => {
  const served = await serve({ metadata: { providers: [Retired] } });
  const { button, row, status } = await visit(served.url);
  await row('Retired.work').getByText('disabled', { exact: true }).waitFor();
  for (const name of ['Pause Retired.work', 'Run Retired.work now']) {
    /* oxlint-disable no-await-in-loop -- one button after the other */
    expect(await button(name).getAttribute('aria-disabled')).toBe('true');
    expect(await button(name).getAttribute('title')).toMatch(/disabled/i);
    await button(name).focus();
    await button(name).press('Enter');
    await status.getByText(/disabled/i).waitFor();
    /* oxlint-enable no-await-in-loop */
  }
  expect(served.info('Retired.work')).toMatchObject({ state: 'stopped', paused: false, runs: 0 });
});

it('says why an action was refused until it is told to stop saying so', async () => {
  const served = await serve();
  const loop = served.loop('Outbox.flush');
  const visited = await visit(served.url);
  const { button, alert, page } = visited;
  visited.complaints.expect(/status of 404/);
  await button('Run Outbox.flush now').waitFor();
  await page.route('**/data*', (route) => route.abort('aborted')); // the page keeps what it shows
  await loop.handle.stop();
  await button('Run Outbox.flush now').click();
  await alert.getByText(/Outbox\.flush/).waitFor();
  await alert.getByRole('button').click();
  await alert.getByText(/Outbox\.flush/).waitFor({ state: 'hidden' });
});
