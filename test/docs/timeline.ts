import { Test } from '@nestjs/testing';
import { BackoffUntilService, WAIT_CLOCK, WAIT_RANDOM, WaitModule, type LoopFunction } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

/** Each character stands for this many milliseconds. A poll takes as long. */
const CELL = 10_000;
const CELLS_PER_MINUTE = 6;
const MINUTES = 10;
const LABEL_WIDTH = 41;

/** In which cells the database is away: from the first, and before the second. */
const OUTAGES = [
  [18, 30],
  [48, 51],
] as const;

type StartLoop = (service: BackoffUntilService, f: LoopFunction) => unknown;

/** The loops, with their options as a user writes them. A label that is indented adds an option. */
const LOOPS: readonly (readonly [label: string, start: StartLoop, isWatch?: boolean])[] = [
  ["@Until('1m')", (service, f) => service.until(f, '1m')],
  [
    '  failureBackoff: true',
    (service, f) => service.until(f, { name: 'b', period: '1m', failureBackoff: true }),
  ],
  [
    "  failureBackoff: { initial: '10s' }",
    (service, f) => service.until(f, { name: 'c', period: '1m', failureBackoff: { initial: '10s' } }),
  ],
  ["@NonSlidingUntil('1m')", (service, f) => service.nonSlidingUntil(f, { name: 'd', period: '1m' })],
  [
    '  failureBackoff: true',
    (service, f) => service.nonSlidingUntil(f, { name: 'e', period: '1m', failureBackoff: true }),
  ],
  [
    "@BackoffUntil({ initial: '10s' })",
    (service, f) => service.backoffUntil(f, { name: 'f', initial: '10s' }),
  ],
  ['  for a watch', (service, f) => service.backoffUntil(f, { name: 'g', initial: '10s' }), true],
];

/** Draws when the runs of real loops succeed and fail, while a database is away twice. No wait has jitter. */
export async function timeline(): Promise<string> {
  const clock = new FakeClock();
  const moduleRef = await Test.createTestingModule({ imports: [WaitModule.forRoot({ logFailures: false })] })
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .overrideProvider(WAIT_RANDOM)
    .useValue(() => 0)
    .compile();
  const app = await moduleRef.createNestApplication({ logger: false }).init();
  const rows = LOOPS.map(([label, start, isWatch = false]) => {
    const row = new Row(clock, label, isWatch);
    start(app.get(BackoffUntilService), () => row.run());
    return row;
  });
  await clock.advance(MINUTES * CELLS_PER_MINUTE * CELL - 1);
  const drawn = rows.map(String);
  const closed = app.close();
  await clock.advance(60_000);
  await closed;
  return [minutes(), outages(), ...drawn, ''].join('\n');
}

/** The runs of one loop. `o` is a run that succeeds, `x` one that fails. */
class Row {
  private readonly cells: string[] = [];

  constructor(
    private readonly clock: FakeClock,
    private readonly label: string,
    /** Whether a run lasts until the database is away. */
    private readonly isWatch: boolean,
  ) {}

  async run(): Promise<void> {
    const fails = isAway(this.cell);
    const ends = fails || !this.isWatch ? this.cell + 1 : nextOutage(this.cell);
    while (this.cell < ends) {
      this.cells[this.cell] = fails ? 'x' : 'o';
      await this.clock.sleep(CELL);
    }
    if (fails) {
      throw new Error('the database is away');
    }
  }

  toString(): string {
    return line(this.label, (cell) => this.cells[cell] ?? ' ');
  }

  private get cell(): number {
    return this.clock.now() / CELL;
  }
}

function minutes(): string {
  const scale = Array.from({ length: MINUTES }, (_, minute) => `${minute}m`.padEnd(CELLS_PER_MINUTE)).join(
    '',
  );
  return `${''.padEnd(LABEL_WIDTH)}${scale}`.trimEnd();
}

function outages(): string {
  return line('the database is away', (cell) => (isAway(cell) ? '#' : ' '));
}

function line(label: string, at: (cell: number) => string): string {
  const cells = Array.from({ length: MINUTES * CELLS_PER_MINUTE }, (_, cell) => at(cell)).join('');
  return `${label.padEnd(LABEL_WIDTH)}${cells}`.trimEnd();
}

function isAway(cell: number): boolean {
  return OUTAGES.some(([from, to]) => cell >= from && cell < to);
}

function nextOutage(cell: number): number {
  return OUTAGES.map(([from]) => from).find((from) => from > cell) ?? Infinity;
}
