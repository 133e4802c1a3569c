import type { ComponentChildren, JSX } from 'preact';
import type { PageLoop } from '../../page-data.js';
import type { LoopPage } from '../state/loop-page.js';
import { whyNoPause, whyNoTrigger } from '../words/refusals.js';

interface Props {
  readonly page: LoopPage;
  readonly loop: PageLoop;
  readonly isBusy: boolean;
}

/** What somebody can do with a loop. A button's name contains the loop's, for whoever does not see the row. */
export function RowButtons({ page, loop, isBusy }: Props): JSX.Element {
  const { name, paused } = loop;
  const button = (
    control: string,
    children: ComponentChildren,
    refusal: string | undefined,
    act: () => void,
  ): JSX.Element => (
    <button
      type="button"
      data-control={control}
      aria-disabled={isBusy || refusal !== undefined}
      title={refusal}
      onClick={() => (refusal === undefined ? act() : page.tell(refusal))}
    >
      {children}
    </button>
  );
  const hidden = (text: string): JSX.Element => <span class="hidden"> {text} </span>;
  return (
    <div class="buttons">
      {button('pause', [paused ? 'Resume' : 'Pause', hidden(name)], whyNoPause(loop), () =>
        paused ? void page.resume(name) : page.askForNote(loop),
      )}
      {button('trigger', ['Run', hidden(name), ' now'], whyNoTrigger(loop), () => void page.trigger(name))}
    </div>
  );
}
