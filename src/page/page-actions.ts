import { Inject, Injectable, Optional } from '@nestjs/common';
import { read } from '../core/values/error-text.js';
import { show } from '../core/values/show.js';
import { LoopRegistry, type LoopHandle } from '../index.js';
import { WAIT_LOG_WRITER } from '../nest/declare/wait.options.js';
import type { LogWriter } from '../nest/log/log-writer.js';
import type { PageReply, PageRequest } from './http.js';
import { acceptedText, refusedText } from './action-texts.js';
import type { PageAccess, PageAction } from './page-data.js';
import { PageDataSource } from './page-data-source.js';
import { readAction } from './read-action.js';
import { RefusalLog } from './refusal-log.js';
import { refuseForeign } from './request-checks.js';
import { whoSent } from './who.js';

const DONE = { pause: 'paused', resume: 'resumed', trigger: 'triggered' } as const;

/** Does what somebody asks for on the page, and logs who it was. */
@Injectable()
export class PageActions {
  constructor(
    private readonly source: PageDataSource,
    private readonly refusals: RefusalLog,
    @Optional() private readonly registry?: LoopRegistry,
    @Optional() @Inject(WAIT_LOG_WRITER) private readonly log?: LogWriter,
  ) {}

  /** Does what a request asks for, or says why not. */
  async act(request: PageRequest, access: PageAccess): Promise<PageReply> {
    const refusal = refuseReader(access) ?? refuseForeign(request);
    if (refusal !== undefined) {
      if (refusal.status === 403) {
        this.refusals.add(access === 'all' ? 'foreign' : 'reader', whoSent(request), refusal.message);
      }
      return refusal;
    }
    const action = readAction(request.body);
    if (typeof action === 'string') {
      return { status: 400, message: action };
    }
    const { loop, instance = this.source.instance } = action;
    if (instance !== this.source.instance) {
      return {
        status: 409,
        message: `This loop is on ${instance}, but ${this.source.instance} answered. Open ${instance}, or try again.`,
      };
    }
    const handle = this.registry?.get(loop);
    return handle === undefined
      ? {
          status: 404,
          message: `There is no loop ${show(loop)}. It may have ended, or it has another name.`,
        }
      : this.steer(handle, action, whoSent(request));
  }

  private async steer(
    handle: LoopHandle,
    { action, note = '' }: PageAction,
    who: string,
  ): Promise<PageReply> {
    const before = handle.info();
    if (before.state === 'stopped') {
      return { status: 409, ...refusedText(before, 'WAIT_ERR_LOOP_STOPPED') };
    }
    try {
      if (action === 'resume') {
        handle.resume();
      } else {
        // A refusal needs no waiting. The run itself is not awaited.
        await Promise.race([action === 'pause' ? handle.pause(note) : handle.trigger(), afterAllCallbacks()]);
      }
    } catch (error) {
      return { status: 409, ...refusedText(before, read(error, 'code'), error) };
    }
    this.source.forget();
    const isVain = action === (before.paused ? 'pause' : 'resume');
    const what = isVain ? `${action} without effect` : DONE[action];
    const why = note && ` (${JSON.stringify(note)})`;
    this.log?.log(`${handle.name}: ${what} on the page by ${show(who)}${why}`);
    return { status: 200, message: acceptedText(before, action) };
  }
}

function refuseReader(access: PageAccess): PageReply | undefined {
  return access === 'all'
    ? undefined
    : {
        status: 403,
        message: 'You may look at the loops, but not act on them. Ask for the access that acting needs.',
      };
}

/** Resolves after the callbacks of all promises that settle without waiting for anything. */
function afterAllCallbacks(): Promise<void> {
  // Node makes a tick that a callback asks for when no callback is left.
  return Promise.resolve().then(() => new Promise((resolve) => process.nextTick(resolve)));
}
