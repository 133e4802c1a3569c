import { expect } from '@jest/globals';
import type { Consumer } from './consumer.js';

/** Adds a loop whose options give it a name. Those of other loops begin with the name of their class. */
export function withNamedLoop(app: Consumer): Consumer {
  return app
    .add('named')
    .edit('src/outbox.module.ts', '[Outbox', '[Heartbeat, Outbox')
    .edit('src/outbox.module.ts', '\n@Module', "import { Heartbeat } from './heartbeat.js';\n\n@Module");
}

/** A minifier has renamed the classes, and with them the loops that have no name of their own. */
export function expectRenamed(output: string): void {
  const names = output.match(/(?<= )\S+(?=: Until, )/g);
  expect(names).toEqual(
    expect.arrayContaining(['Heartbeat.beat', expect.stringMatching(/^[\w$]{1,3}\.flush$/)]),
  );
  expect(names).toHaveLength(2);
}

export function expectNames(output: string): void {
  const names = output.match(/(?<= )\S+(?=: Until, )/g);
  expect(names?.toSorted()).toEqual(['Heartbeat.beat', 'Outbox.flush']);
}
