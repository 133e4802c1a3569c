// The provider that the examples publish with.
import { Injectable } from '@nestjs/common';

@Injectable()
export class Broker {
  async publish(_signal: AbortSignal): Promise<void> {}
}
