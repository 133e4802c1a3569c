import { start, wait } from './application.mjs';

const app = await start(wait.Until('1h'), () => console.log('run'));
process.on('SIGUSR2', () => void app.close());
