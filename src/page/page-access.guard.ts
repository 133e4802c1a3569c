import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { PageRequest } from './http.js';
import type { PageAccess } from './page-data.js';
import { PageSettings } from './page-settings.js';
import { RefusalLog } from './refusal-log.js';

const ACCESS = Symbol('what the request may do');

interface Admitted {
  [ACCESS]?: PageAccess;
}

/** Asks the access function, after the user's guards. */
@Injectable()
export class PageAccessGuard implements CanActivate {
  constructor(
    private readonly settings: PageSettings,
    private readonly refusals: RefusalLog,
  ) {}

  /** Returns what the guard has decided about a request that it has let in. */
  static accessOf(request: PageRequest & Admitted): PageAccess {
    return request[ACCESS] ?? 'read';
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access: unknown = await this.settings.options.access(context);
    if (access !== 'all' && access !== 'read') {
      if (access !== false) {
        this.refusals.addAccess(access);
      }
      return false; // not even for `true`, which may mean either
    }
    context.switchToHttp().getRequest<Admitted>()[ACCESS] = access;
    return true;
  }
}
