import { adapters, bare } from '../adapters/index.mjs';

/** @returns {import('../run-section.mjs').Section} */
export function idle(quick) {
  const loops = quick ? 10_000 : 100_000;
  return {
    title: 'Start, keep and stop idle loops',
    text:
      `Bytes of heap that each of ${loops.toLocaleString('en')} loops of one hour takes while it waits, and the microseconds a loop to start and to stop ` +
      'them all. Cron jobs are measured with 10,000 loops. @Interval and @JitterUntil include the bootstrap of their application.',
    repetitions: quick ? 1 : 2,
    baseline: bare.name,
    jobs: adapters.map(({ file, name, most = loops }) => ({
      measure: 'idle',
      args: { adapter: file, loops: Math.min(loops, most), period: 3_600_000 },
      row: name,
      columns: { bytesPerLoop: 'bytes', startMicroseconds: 'start, µs', stopMicroseconds: 'stop, µs' },
    })),
  };
}
