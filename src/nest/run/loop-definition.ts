import type { LoopSpec } from '../declare/resolve-loop.js';
import type { LoopBody } from './loop-body.js';

/** A decorated method, ready to become a loop. */
export interface LoopDefinition {
  readonly spec: LoopSpec;
  readonly body: LoopBody;
  readonly origin: LoopOrigin;
}

/** Says where a decorated method is, for the texts of errors. */
export interface LoopOrigin {
  /** `Class.method`, whatever the name of the loop is. */
  readonly place: string;
  readonly prototype: object;
  readonly className: string | undefined;
  /** The name of the module that has the provider. */
  readonly module: string;
  readonly isController: boolean;
}
