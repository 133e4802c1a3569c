const ALL = ['Orders.send', 'Mails.send', 'import', 'request'] as const;

/** Who takes turns in the applications that run interleaved. */
export type Who = (typeof ALL)[number];

/** What each of the loops and requests must do in each of its three turns. */
export function turns<T>(want: (who: Who, turn: number) => T): T[] {
  return ALL.flatMap((who) => [1, 2, 3].map((turn) => want(who, turn)));
}
