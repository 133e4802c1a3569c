import os from 'node:os';
import { jest } from '@jest/globals';
import { serve, type Served, type ServeOptions } from './serve.js';

/** Serves an application that takes itself for one on another host. */
export async function serveOn(host: string, options?: ServeOptions): Promise<Served> {
  const hostname = jest.spyOn(os, 'hostname').mockReturnValue(host);
  try {
    return await serve(options);
  } finally {
    hostname.mockRestore();
  }
}
