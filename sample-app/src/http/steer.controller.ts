import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  HttpCode,
  NotFoundException,
  Post,
  UseGuards,
} from '@nestjs/common';
import {
  LoopRegistry,
  WaitError,
  type LoopHandle,
  type LoopInfo,
  type LoopOverrides,
  type RunResult,
} from 'nestjs-wait';
import { OnlyLocalGuard } from './only-local.guard.js';

interface SteerRequest {
  /** The name of the loop, as the page of the loops shows it; without `#0` it means all workers. */
  readonly loop: string;
}

const CONFLICTS = ['WAIT_ERR_LOOP_STOPPED', 'WAIT_ERR_NOT_LEADER', 'WAIT_ERR_TIMED_OUT'];

/**
 * Lets an operator pause, resume, trigger and change a loop from a shell. Whoever may call it can stop the work
 * of the application: put a guard of yours in front of it.
 */
@Controller('steer')
@UseGuards(OnlyLocalGuard)
export class SteerController {
  constructor(private readonly registry: LoopRegistry) {}

  @Post('pause')
  @HttpCode(200)
  async pause(@Body() request: SteerRequest & { readonly reason?: string }): Promise<LoopInfo> {
    const handle = this.handleOf(request);
    // A refusal comes at once. The end of the run in progress is not awaited, since that run may hang.
    await Promise.race([handle.pause(request.reason), nextTurn()]).catch(toHttp);
    return handle.info();
  }

  @Post('resume')
  @HttpCode(200)
  resume(@Body() request: SteerRequest): LoopInfo {
    const handle = this.handleOf(request);
    handle.resume();
    return handle.info();
  }

  @Post('trigger')
  @HttpCode(200)
  trigger(@Body() request: SteerRequest): Promise<RunResult> {
    return this.handleOf(request).trigger().catch(toHttp);
  }

  @Post('update')
  @HttpCode(200)
  update(@Body() request: SteerRequest & { readonly options: LoopOverrides }): LoopInfo {
    const handle = this.handleOf(request);
    try {
      handle.update(request.options);
    } catch (error) {
      toHttp(error);
    }
    return handle.info();
  }

  private handleOf(request: Partial<SteerRequest> | undefined): LoopHandle {
    const name = request?.loop;
    if (typeof name !== 'string') {
      throw new BadRequestException('The body must be JSON with the name of a loop: { "loop": "…" }.');
    }
    const handle = this.registry.get(name);
    if (handle === undefined) {
      throw new NotFoundException(`There is no loop '${name}'. GET /loops/data lists all.`);
    }
    return handle;
  }
}

/** Answers what the module refuses: 409 if only the state of the loop is in the way, otherwise 400. */
function toHttp(error: unknown): never {
  if (!(error instanceof WaitError)) {
    throw error;
  }
  throw CONFLICTS.includes(error.code)
    ? new ConflictException(error.message)
    : new BadRequestException(error.message);
}
