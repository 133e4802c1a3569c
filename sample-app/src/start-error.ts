/** Tells what outside of the code keeps the sample from starting, and what to do about it. */
export class StartError extends Error {}

/** Returns a sentence for an error that its reader can mend, and the error with its stack otherwise. */
export function reasonOf(error: unknown): unknown {
  if (error instanceof StartError) {
    return error.message;
  }
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use. End what listens there, or choose another port: PORT=${Number(port) + 1} npm start`;
    case 'EACCES':
    case 'EADDRNOTAVAIL':
      return `The sample may not listen on ${address}:${port} (${code}). Set PORT to 1024 or more, and HOST to an address of this machine.`;
    default:
      return error;
  }
}
