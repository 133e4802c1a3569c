/** What no option takes, or hardly any: by a name for the title of a test. */
export function oddValues(): Record<string, unknown> {
  const throws = (): never => {
    throw new Error('it was looked at');
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const rejected = Promise.reject(new Error('late'));
  rejected.catch(() => undefined);
  return {
    null: null,
    true: true,
    NaN: NaN,
    'a negative number': -1,
    'a huge number': 1e303,
    'an empty string': '',
    'a word': 'soon',
    'a list': [],
    'a list of null': [null],
    'an empty object': {},
    'a null-prototype object': Object.create(null),
    'a symbol': Symbol('odd'),
    'a bigint': 5n,
    'a throwing Proxy': new Proxy(
      {},
      { get: throws, ownKeys: throws, getPrototypeOf: throws, getOwnPropertyDescriptor: throws },
    ),
    'a revoked Proxy': revoked.proxy,
    'a throwing getter': Object.defineProperty({}, Symbol.toStringTag, { get: throws }),
    'a function': () => undefined,
    'a class': class Odd {},
    'a generator': function* odd(): Generator {},
    'a promise': Promise.resolve({}),
    'a rejected promise': rejected,
    'a date': new Date(0),
    'a map': new Map(),
    'an error': new Error('two\nlines'),
  };
}
