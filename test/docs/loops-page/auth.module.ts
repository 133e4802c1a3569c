// What docs/page.md imports as the module of a user's own: it knows people by a cookie, as a session does.
import { Injectable, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';

export interface User {
  readonly username: string;
  readonly roles: readonly string[];
}

@Injectable()
export class Sessions {
  private readonly users = new Map<string | undefined, User>([
    ['sid=eve', { username: 'eve', roles: ['on-call'] }],
    ['sid=bob', { username: 'bob', roles: [] }],
  ]);

  userOf(cookie: string | undefined): User | undefined {
    return this.users.get(cookie);
  }
}

@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context
      .switchToHttp()
      .getRequest<{ headers: { cookie?: string }; user?: User | undefined }>();
    request.user = this.sessions.userOf(request.headers.cookie);
    return request.user !== undefined;
  }
}

@Module({ providers: [Sessions], exports: [Sessions] })
export class AuthModule {}
