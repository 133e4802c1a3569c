import { describe, expect, it } from '@jest/globals';
import { nearMiss } from '../../../src/nest/run/near-miss.js';

describe('nearMiss', () => {
  const names = ['Outbox.flush', 'Inbox.flush', 'Cache.refresh', 'tick'];

  it.each([
    { title: 'another case of letters', name: 'outbox.Flush', want: 'Outbox.flush' },
    { title: 'the worker of a loop', name: 'Outbox.flush#0', want: 'Outbox.flush' },
    { title: 'a letter that is missing', name: 'Outbox.flsh', want: 'Outbox.flush' },
    { title: 'two letters that have changed places', name: 'Outbox.fulsh', want: 'Outbox.flush' },
    { title: 'a misspelled class', name: 'Outbx.flush', want: 'Outbox.flush' },
    { title: 'a letter that is missing in a short name', name: 'tik', want: undefined },
    { title: 'three wrong letters', name: 'Outbox.flashes', want: undefined },
    { title: 'another class', name: 'Store.refresh', want: 'Cache.refresh' },
    { title: 'another class, where two have such a method', name: 'Store.flush', want: undefined },
    { title: 'something else', name: 'Mails.send', want: undefined },
  ])('returns $want for $name: $title', ({ name, want }) => {
    expect(nearMiss(name, names)).toBe(want);
  });

  it('returns nothing for a name that two loops resemble equally', () => {
    expect(nearMiss('Device0.poll', ['Device1.poll', 'Device2.poll'])).toBeUndefined();
  });
});
