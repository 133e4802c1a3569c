import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';

@Injectable()
export class Heartbeat {
  @Until({ period: '1h', name: 'Heartbeat.beat' })
  beat(): void {}
}
