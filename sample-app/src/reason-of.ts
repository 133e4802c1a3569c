import { WaitError } from 'nestjs-wait';
import { StartError } from './start-error.js';

/** Returns a sentence for an error that its reader can mend, and the error with its stack otherwise. */
export function reasonOf(error: unknown): unknown {
  if (error instanceof StartError || error instanceof WaitError) {
    return error.message;
  }
  const { code, message, port, syscall } = error as NodeJS.ErrnoException & { port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. End what listens there, or choose another port: PORT=${Number(port) + 1} npm start`;
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'EAI_AGAIN':
    case 'ENOTFOUND':
      // EACCES of a file, say, is about something else.
      return syscall === 'listen' || syscall === 'getaddrinfo'
        ? `HOST must be an address of this machine, and PORT 0 or at least 1024: ${message}`
        : error;
    default:
      return error;
  }
}
