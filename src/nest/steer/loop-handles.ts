import { Injectable } from '@nestjs/common';
import { Drain } from '../run/drain.js';
import type { ManagedLoop } from '../run/managed-loop.js';
import { SteerLog } from '../run/steer-log.js';
import type { LoopHandle } from './loop-handle.js';
import { WorkersHandle, type HandleContext } from './workers-handle.js';

/** Makes the handles with which loops are steered. */
@Injectable()
export class LoopHandles implements HandleContext {
  constructor(
    readonly drain: Drain,
    readonly log: SteerLog,
  ) {}

  /** @param loops - All workers of a loop, or one of them. */
  of(name: string, loops: readonly ManagedLoop[]): LoopHandle {
    return new WorkersHandle(name, loops, this);
  }
}
