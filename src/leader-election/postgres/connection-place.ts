/** The options of `pg` that say where a database is. `pg` takes an empty text as one that is not given. */
interface Place {
  readonly host?: string | null | undefined;
  readonly port?: string | number | null | undefined;
  readonly database?: string | null | undefined;
  readonly user?: string | null | undefined;
  readonly options?: string | null | undefined;
}

interface ConnectionOptions extends Place {
  readonly connectionString?: string | undefined;
  readonly stream?: unknown;
}

/**
 * Says which database the options of `pg` lead to, as `pg` reads them, in parts to compare: the host or the
 * path of a socket, the port, the database, the options for the server, which may set a `search_path`, and
 * the user's own stream, which may lead anywhere. Neither the user nor the password is among them.
 *
 * @param options - The user's options for `pg`.
 * @returns `undefined` when the options cannot be read; `pg` refuses them later.
 */
export function connectionPlace(options: ConnectionOptions): readonly unknown[] | undefined {
  const { connectionString, stream } = options;
  try {
    const place = connectionString ? { ...options, ...placeIn(connectionString) } : options;
    return [...databaseOf(place), stream];
  } catch {
    return undefined;
  }
}

function databaseOf({ host, port, database, user, options }: Place): readonly unknown[] {
  const { PGHOST, PGPORT, PGDATABASE, PGOPTIONS } = process.env;
  return [
    comparable(host || PGHOST || 'localhost'),
    Number.parseInt(String(port || PGPORT || 5432), 10),
    database || PGDATABASE || user || defaultUser(),
    options || PGOPTIONS || undefined,
  ];
}

function defaultUser(): string | undefined {
  const { PGUSER, USER, USERNAME } = process.env;
  return PGUSER || (process.platform === 'win32' ? USERNAME : USER);
}

/** The name of a host has no case; the path of a socket has. */
function comparable(host: string): string {
  return host.startsWith('/') ? host : host.toLowerCase();
}

function placeIn(connectionString: string): Place {
  return connectionString.startsWith('/') ? placeInPath(connectionString) : placeInUrl(connectionString);
}

function placeInPath(connectionString: string): Place {
  const [host, database] = connectionString.split(' ');
  return { host, database };
}

function placeInUrl(connectionString: string): Place {
  const hasHost = URL.canParse(connectionString); // or else there is nothing between the password and the path
  const url = new URL(hasHost ? connectionString : connectionString.replace('@/', '@none/'));
  const query = Object.fromEntries(url.searchParams);
  const place = { ...query, user: query['user'] || decodeURIComponent(url.username) };
  if (url.protocol === 'socket:') {
    return { ...place, host: decodeURI(url.pathname), database: query['db'] };
  }
  const host = hasHost ? decodeURIComponent(url.hostname.replace(/^\[(.+)\]$/, '$1')) : '';
  return {
    ...place,
    host: query['host'] || host,
    port: query['port'] || url.port,
    database: decodeURI(url.pathname.slice(1)),
  };
}
