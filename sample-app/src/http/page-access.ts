import type { PageAccess } from 'nestjs-wait/page';
import { Settings } from '../settings.js';

/**
 * Lets everybody on this machine look at the loops and steer them. In a cluster everybody reaches the sample,
 * and it has no users whom it could ask for a password, so nobody gets in there.
 */
export function pageAccess(): PageAccess | false {
  return new Settings().isLocal ? 'all' : false;
}
