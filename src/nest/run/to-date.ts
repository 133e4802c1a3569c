/**
 * Makes a date of what the wall clock said, to the nearest millisecond. All dates of one event are equal.
 *
 * @param time - Milliseconds since 1970; the date is invalid for NaN, and after the year 275760.
 */
export function toDate(time: number): Date {
  return new Date(Math.round(time));
}
