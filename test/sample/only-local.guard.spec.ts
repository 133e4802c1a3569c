import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { OnlyLocalGuard } from '../../sample-app/src/http/only-local.guard.js';

describe('OnlyLocalGuard', () => {
  it.each([
    { host: 'localhost:3000', want: true },
    { host: 'LocalHost', want: true },
    { host: '127.0.0.1:3000', want: true },
    { host: '[::1]:3000', want: true },
    { host: 'evil.example:3000', want: false },
    { host: 'localhost.evil.example', want: false },
    { host: 'evil.example#localhost', want: false },
    { host: '127.0.0.10', want: false },
    { host: undefined, want: false },
  ])('lets a request in that comes to $host: $want', ({ host, want }) => {
    const http = { getRequest: () => ({ headers: { host } }) };
    const context = { switchToHttp: () => http } as unknown as ExecutionContext;
    expect(new OnlyLocalGuard().canActivate(context)).toBe(want);
  });
});
