import { WaitError } from '../../core/errors.js';
import type { OptionReader } from '../../core/options/option-reader.js';
import { show } from '../../core/values/show.js';

const MAX_IDENTIFIER_BYTES = 63;
const SEQUENCE_SUFFIX = '_version';

/** Names the table and the sequence in SQL, with their schema if it is given, and quoted. */
export interface PostgresNames {
  readonly table: string;
  readonly sequence: string;
  /**
   * The table with a schema, for comparison. Without one it is `public`, as the default `search_path` says.
   */
  readonly qualifiedTable: string;
}

/** Reads the options `table` and `schema`. */
export function readNames(reader: OptionReader): PostgresNames {
  const table = reader.string('table', 'nestjs_wait_leases');
  refuseDot(reader, 'table', table);
  // PostgreSQL silently cuts off a longer name, and two tables or sequences could then be the same.
  refuseLength(reader, 'table', table, MAX_IDENTIFIER_BYTES - SEQUENCE_SUFFIX.length);
  const schema = reader.string('schema', 'public');
  refuseDot(reader, 'schema', schema);
  refuseLength(reader, 'schema', schema, MAX_IDENTIFIER_BYTES);
  const path = reader.value('schema') === undefined ? '' : `${quoted(schema)}.`;
  return {
    table: path + quoted(table),
    sequence: path + quoted(table + SEQUENCE_SUFFIX),
    qualifiedTable: `${quoted(schema)}.${quoted(table)}`,
  };
}

function refuseDot({ owner }: OptionReader, option: string, name: string): void {
  const [schema, ...rest] = name.split('.');
  if (rest.length > 0) {
    const remedy = `schema: ${show(schema)}, table: ${show(rest.join('.'))}`;
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: ${option} must be one name without a dot, not ${show(name)}. Write ${remedy}.`,
    );
  }
}

function refuseLength({ owner }: OptionReader, option: string, name: string, most: number): void {
  if (name.includes('\0') || Buffer.byteLength(name) > most) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: ${option} must have 1 to ${most} bytes and no null character, not ${show(name)}.`,
    );
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
