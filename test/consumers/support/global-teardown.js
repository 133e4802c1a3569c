import { rmSync } from 'node:fs';

export default function tearDown() {
  rmSync(process.env.NESTJS_WAIT_CONSUMERS, { recursive: true, force: true });
}
