/**
 * SQL for the server's clock, as whole microseconds since 1970. What starts there does not come back when the
 * database has lost its data, provided that the clock is not set back.
 */
export const SERVER_CLOCK = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint';
