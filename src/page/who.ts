import { read } from '../core/values/error-text.js';
import type { PageRequest } from './http.js';

/** Where guards put what tells one user from another. */
const NAMES = ['username', 'name', 'email', 'login', 'id', 'sub'];

/** Says who has sent a request, for the log: the user that the guards have found, or the address. */
export function whoSent({ user, ip = 'somebody' }: PageRequest): string {
  const names = [...NAMES.map((name) => read(user, name)), user];
  const name = names.find(isName);
  return name === undefined ? ip : `${name}`;
}

function isName(value: unknown): value is string | number {
  return typeof value === 'string' ? value !== '' : typeof value === 'number';
}
