import { start, wait } from './application.mjs';

await start(wait.Forever('10s'), () => console.log('run'));
