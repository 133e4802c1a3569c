// Starts two processes of the application, as `node:cluster` and PM2 do.
import cluster from 'node:cluster';

cluster.setupPrimary({ exec: 'worker.js' });
cluster.fork();
cluster.fork();
process.on('SIGINT', () => Object.values(cluster.workers).forEach((worker) => worker.process.kill('SIGINT')));
