/** @returns {import('../run-section.mjs').Section} */
export function page(quick) {
  return {
    title: 'Page',
    text:
      'Milliseconds from when a run is due to when it starts, for 10,000 loops of 2 s, while a client in another process polls the page as fast as it can: its data, with at most 500 loops, ' +
      'a text of the same size that never changes, on a route of the same application, and the data with a search that always changes. The ratios are those of the data to the text. ' +
      'Then the milliseconds that it takes to look through all loops, which happens at most once a second, to do so and describe 500 of them, and to answer a search.',
    repetitions: quick ? 1 : 6,
    jobs: [
      {
        measure: 'page',
        args: { loops: 10_000, turns: quick ? 3 : 8, window: 1500 },
        row: '10,000 loops',
        columns: {
          constantP50: 'text, p50',
          constantP99: 'text, p99',
          dataP50: 'data, p50',
          dataP99: 'data, p99',
          searchP50: 'search, p50',
          searchP99: 'search, p99',
          ratioP50: 'p50, ratio',
          ratioP99: 'p99, ratio',
          build: 'look',
          buildWithRows: 'look and describe',
          searchMilliseconds: 'search',
        },
      },
    ],
  };
}
