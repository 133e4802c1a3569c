import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Until } from 'nestjs-wait';

@Injectable()
export class Report {
  constructor(private readonly config: ConfigService) {}

  // Without `!`, it does not compile: `get` may return undefined.
  @Until((self) => ({ period: self.config.get<string>('REPORT_EVERY')! }))
  write(): void {
    console.log('report');
  }
}
