import { wait } from './application.mjs';

void wait.pollUntilContextTimeout(wait.neverStop, '10s', '60s', true, () => false, { unref: true });
console.log('polling');
