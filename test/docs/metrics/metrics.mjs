// Scrapes the application of docs/metrics-and-alerts.md, and prints the text as JSON.
import { AppModule } from './app.module.js';
import { TelemetryModule } from './telemetry.module.js';
import { boot } from './virtual.mjs';

const { app, clock, close } = await boot({ imports: [AppModule] });
clock.setWallTime(new Date('2026-03-01T09:00:00Z'));
await clock.advance(12_000);
await app.listen(0, '127.0.0.1');
const response = await fetch(`${await app.getUrl()}/metrics`);
const type = response.headers.get('content-type');
console.log(JSON.stringify({ type, text: await response.text() }));
await close();

const telemetry = await boot({ imports: [TelemetryModule] });
await telemetry.close();
console.log(JSON.stringify({ telemetry: 'started' }));
