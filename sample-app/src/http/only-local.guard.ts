import { Injectable, type CanActivate } from '@nestjs/common';
import { Settings } from '../settings.js';

/**
 * Lets everybody in who is on this machine. In a cluster everybody reaches the sample, and it has no users whom
 * it could ask for a password, so nobody gets in there.
 */
@Injectable()
export class OnlyLocalGuard implements CanActivate {
  private readonly settings = new Settings();

  canActivate(): boolean {
    return this.settings.isLocal;
  }
}
