// `npm start`: builds the sample application, and runs it in this process, so that Ctrl-C reaches it at once.
console.log('Building the sample application.');
const began = performance.now();
await import('./build.mjs');
console.log(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s.\n`);

process.setSourceMapsEnabled(true);
await import('./dist/sample-app/src/main.js');
