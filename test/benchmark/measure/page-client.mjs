import { Agent, get } from 'node:http';

// Polls as fast as it can: it asks again as soon as it has the whole answer. Its parent says what it polls,
// and gets the number of requests when it says nothing more.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let url;
let requests = 0;

process.on('message', (message) => {
  const isIdle = url === undefined;
  ({ url } = message);
  if (url === undefined) {
    process.send({ requests });
    requests = 0;
  } else if (isIdle) {
    poll();
  }
});

function poll() {
  if (url === undefined) {
    return;
  }
  get(url.endsWith('=') ? url + (requests % 1000) : url, { agent }, (response) => {
    response.on('end', () => {
      requests++;
      poll();
    });
    response.resume();
  });
}

process.send({ isReady: true });
