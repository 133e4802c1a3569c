import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Settings } from '../settings.js';

const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Lets everybody in who is on this machine. In a cluster everybody reaches the sample, and it has no users whom
 * it could ask for a password, so nobody gets in there.
 *
 * Another site can let its own name point to 127.0.0.1, and so reach the sample through somebody's browser. But
 * the browser then sends that name as the host.
 */
@Injectable()
export class OnlyLocalGuard implements CanActivate {
  private readonly settings = new Settings();

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: { host?: string } }>();
    return this.settings.isLocal && LOCAL_HOST.test(headers.host ?? '');
  }
}
