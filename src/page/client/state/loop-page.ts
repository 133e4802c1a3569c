import type { PageAction, PageData, PageLoop, PageState } from '../../page-data.js';
import type { ActionResult, PageServer } from '../server/page-server.js';
import { Poller } from '../server/poller.js';
import type { Clock, Timer } from '../time/clock.js';
import { doubtWords } from '../words/doubt.js';
import { ago } from '../words/elapsed.js';
import { FIRST_LIMIT, LAST_LIMIT, replicaOf } from './app-state.js';
import { heldOrder, orderOf } from './order.js';
import { shownReplica, withAnswer, type Replica } from './replicas.js';
import type { Store } from './store.js';
import { isInView, type View } from './view.js';

const HELD_FOR = 3_000;
const NOTICE_FOR = 10_000;

/** Everything that somebody can do on the page, and everything that its time does. */
export class LoopPage {
  private readonly poller: Poller;
  private readonly noticeTime: Timer;
  private touchedAt = -Infinity;
  /** The open loop, if it was said that it is not there. */
  private missing: string | undefined;

  /** @param keepView - Puts what somebody looks at into the URL. */
  constructor(
    readonly store: Store,
    readonly clock: Clock,
    private readonly server: PageServer,
    private readonly keepView: (view: View) => void,
  ) {
    this.poller = new Poller(
      clock,
      (signal) => this.ask(signal),
      (failure) => store.change({ failure }),
    );
    this.noticeTime = clock.newTimer(() => store.change({ notice: undefined }));
  }

  /** Nobody looks at a hidden page, so it asks nothing. */
  setHidden(isHidden: boolean): void {
    if (isHidden) {
      this.poller.pause();
    } else {
      this.poller.resume();
    }
  }

  askNow(): void {
    this.poller.askNow();
  }

  filter(state: PageState | undefined): void {
    this.look({ ...this.store.state.view, state });
  }

  search(q: string): void {
    this.look({ ...this.store.state.view, q });
  }

  /** Opens a loop, or closes the one that is open. */
  open(loop: string | undefined): void {
    this.store.change({ view: { ...this.store.state.view, loop } });
    this.keepView(this.store.state.view);
    if (loop !== undefined) {
      this.poller.askNow();
    }
  }

  /** Goes to what the URL says. */
  look(view: View): void {
    this.store.change({ view, limit: FIRST_LIMIT });
    this.keepView(view);
    this.arrange(false);
    this.poller.askNow();
  }

  showMore(): void {
    this.store.change({ limit: Math.min(this.store.state.limit + FIRST_LIMIT, LAST_LIMIT) });
    this.poller.askNow();
  }

  choose(shown: string): void {
    this.store.change({ shown, isChosen: true });
    this.arrange(false);
  }

  /** The pointer or a key was used within the list: it keeps its order for a while. */
  touch(): void {
    this.touchedAt = this.clock.now();
  }

  /** Goes back to the right order once nobody points at the list any more. */
  tick(): void {
    this.arrange();
  }

  /** Asks why the loop is to be paused, on the replica that is shown now. */
  askForNote(loop: PageLoop): void {
    const { shown } = this.store.state;
    this.store.change({ pausing: shown === undefined ? undefined : { loop, instance: shown } });
  }

  forgetPause(): void {
    this.store.change({ pausing: undefined });
  }

  /** Pauses the loop for which a note was asked for. */
  async pause(note: string): Promise<void> {
    const { pausing } = this.store.state;
    this.forgetPause();
    if (pausing !== undefined) {
      await this.send({ loop: pausing.loop.name, action: 'pause', note, instance: pausing.instance });
    }
  }

  resume(loop: string): Promise<void> {
    return this.act(loop, { action: 'resume' });
  }

  trigger(loop: string): Promise<void> {
    return this.act(loop, { action: 'trigger' });
  }

  tryAgain(action: PageAction): Promise<void> {
    return this.send(action);
  }

  /** Shows a sentence for a while. */
  tell(notice: string | undefined): void {
    this.store.change({ notice });
    this.noticeTime.reset(NOTICE_FOR);
  }

  closeAlert(): void {
    this.store.change({ alert: undefined });
  }

  private act(loop: string, action: Omit<PageAction, 'loop' | 'instance'>): Promise<void> {
    const { shown } = this.store.state;
    return this.send({ loop, ...action, ...(shown !== undefined && { instance: shown }) });
  }

  private async send(action: PageAction): Promise<void> {
    const { busy } = this.store.state;
    if (busy.includes(action.loop)) {
      return; // a second click
    }
    this.store.change({ busy: [...busy, action.loop], alert: undefined, notice: undefined });
    try {
      this.acted(action, await this.server.act(action));
    } catch (error) {
      this.store.change({ alert: { text: doubtWords(action, error), action } });
    }
    this.store.change({ busy: this.store.state.busy.filter((loop) => loop !== action.loop) });
    this.poller.askNow();
  }

  private acted(action: PageAction, { isDone, isElsewhere, instance, message }: ActionResult): void {
    if (isDone) {
      this.tell(message);
    } else if (isElsewhere) {
      const meant = action.instance ?? '';
      const text = `This loop is on ${meant}, but ${instance} answered. Open ${meant}, or try again.`;
      this.store.change({ alert: { text, action } });
    } else {
      this.store.change({ alert: { text: message } });
    }
  }

  private async ask(signal: AbortSignal): Promise<number> {
    const { view, limit } = this.store.state;
    const data = await this.server.data(view, limit, signal);
    if (!signal.aborted) {
      this.answered(data);
    }
    return data.refresh;
  }

  private answered(data: PageData): void {
    const { shown, isChosen, replicas: before, failure } = this.store.state;
    const now = this.clock.now();
    const replicas = withAnswer(before, data, now);
    const left = before.find((replica) => replica.data.instance === shown);
    const isNew = before.every((replica) => replica.data.instance !== data.instance);
    // Who is new, and answers first after an outage or has started since the last answer of the other, has
    // taken the place of a process that has ended.
    const isInItsPlace =
      isNew && (failure !== undefined || (left !== undefined && hasStartedSince(left, data)));
    const next = shownReplica(replicas, isInItsPlace && !isChosen ? undefined : shown, isChosen)?.data
      .instance;
    this.store.change({ replicas, shown: next, failure: undefined });
    this.tellIfMissing(data);
    if (left !== undefined && next !== shown) {
      this.tell(`${next} answers now. ${shown} was last seen ${ago(now - left.answeredAt)}.`);
    }
    this.arrange();
  }

  /** When the loop that is open ends, its row is gone, and nothing else on the page says why. */
  private tellIfMissing({ instance, detail }: PageData): void {
    const { view, shown } = this.store.state;
    if (instance !== shown) {
      return;
    }
    const missing = detail === undefined ? view.loop : undefined;
    if (missing !== undefined && missing !== this.missing) {
      this.tell(`${missing} is not here. It may have ended, or be on another replica.`);
    }
    this.missing = missing;
  }

  private arrange(isHeld = this.clock.now() - this.touchedAt < HELD_FOR): void {
    const { state } = this.store;
    const loops = replicaOf(state)?.data.loops.filter((loop) => isInView(loop, state.view)) ?? [];
    const order = isHeld ? heldOrder(state.order, loops) : orderOf(loops, state.order, state.view.loop);
    if (JSON.stringify(order) !== JSON.stringify(state.order)) {
      this.store.change({ order });
    }
  }
}

function hasStartedSince(replica: Replica, { startedAt }: PageData): boolean {
  return Date.parse(startedAt) > Date.parse(replica.data.now);
}
