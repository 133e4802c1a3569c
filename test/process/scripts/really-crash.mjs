import { start, wait } from './application.mjs';

await start(wait.Until('1h'), () => Promise.reject(new Error('boom')), { reallyCrash: true });
setInterval(() => undefined, 1000); // something that would keep the process alive
