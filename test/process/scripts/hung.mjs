// A run that never ends, in an application that something else keeps alive.
import { start, wait } from './application.mjs';

await start(wait.Until({ period: '1h', hungAfter: 200 }), () => new Promise(() => {}), {
  exitOnHung: process.argv[2] === 'exit',
});
setTimeout(() => {
  console.log('still here');
  process.exit(0);
}, 5000);
