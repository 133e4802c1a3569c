// Plays batches of histories in a thread of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { loadSimulation } from './bundle.mjs';

Error.stackTraceLimit = 0; // the elector makes many errors whose stacks nobody reads

const { playBatch } = await loadSimulation(workerData?.edits);
const play = async (batch) => parentPort.postMessage(await playBatch(batch), []);
parentPort.on('message', (batch) => void play(batch));
