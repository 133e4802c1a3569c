// A loop whose own time limit is longer than the default of `hungAfter` in docs/failures.md.
import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { Broker } from './broker.js';

@Injectable()
export class Patient {
  constructor(private readonly broker: Broker) {}

  @Until({ period: '5s', timeout: '1h' })
  async wait(signal: AbortSignal): Promise<void> {
    await this.broker.publish(signal);
  }
}
