// The loops and modules that make the symptoms of docs/troubleshooting.md.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { BackoffUntilService, Until } from 'nestjs-wait';

@Injectable()
export class Outbox {
  @Until('5s')
  flush(): unknown {
    return undefined;
  }
}

@Injectable()
export class Reports {
  @Until({ period: '1h', leaderOnly: true })
  send(): void {}
}

/** As a minifier leaves the class. */
export const Minified = (() => {
  @Injectable()
  class d {
    @Until('5s')
    flush(): void {}
  }
  return d;
})();

@Injectable()
export class Failing {
  @Until('5s')
  flush(): void {
    throw new Error('the broker is away');
  }
}

@Injectable()
export class Hanging {
  @Until({ period: '5s', hungAfter: '10m' })
  flush(): Promise<void> {
    return new Promise(() => {}); // as a query without a limit
  }
}

@Injectable()
export class FromEnvironment {
  @Until(() => ({ period: '30' }))
  flush(): void {}
}

@Injectable()
export class Probes {
  constructor(readonly loops: BackoffUntilService) {}
}

export const context = new AsyncLocalStorage<string>();

@Injectable({ scope: Scope.REQUEST })
export class Contextual {
  constructor(@Inject(REQUEST) private readonly request: unknown) {}

  @Until('5s')
  flush(): void {
    console.log(`= the store: ${context.getStore()}; the request: ${JSON.stringify(this.request)}`);
  }
}

@Module({ providers: [Outbox] })
export class MailModule {}

@Module({ providers: [Outbox] })
export class ShopModule {}
