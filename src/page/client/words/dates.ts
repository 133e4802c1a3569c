const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const SECONDS = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Writes a date in the reader's time zone: `12:03`, or `24 Nov, 12:03` if it was not today. */
export function dateWords(date: string, now: number): string {
  return onItsDay(TIME, new Date(date), new Date(now));
}

/** Writes a date to the second: `12:03:59`. */
export function dateInSeconds(date: string, now: number): string {
  return onItsDay(SECONDS, new Date(date), new Date(now));
}

function onItsDay(time: Intl.DateTimeFormat, date: Date, today: Date): string {
  const isToday = date.toDateString() === today.toDateString();
  return isToday ? time.format(date) : `${DAY.format(date)}, ${time.format(date)}`;
}
