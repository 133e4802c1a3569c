import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { PageLoop } from '../../page-data.js';
import type { LoopPage } from '../state/loop-page.js';
import { pauseWords } from '../words/pause.js';
import { ForAll } from './for-all.js';

const LONGEST_NOTE = 500;

/** Asks why a loop is paused, so that the next one on call knows. The browser gives the focus back. */
export function PauseDialog({
  page,
  loop,
}: {
  readonly page: LoopPage;
  readonly loop: PageLoop;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const note = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    note.current?.focus();
    return () => shown?.close();
  }, []);
  const cancel = (): void => page.forgetPause();
  return (
    <dialog ref={dialog} aria-labelledby="pause-title" onCancel={cancel}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void page.pause(note.current?.value.trim() ?? '');
        }}
      >
        <h2 id="pause-title">
          Pause <bdi>{loop.name}</bdi>
        </h2>
        <p>
          {loop.state === 'running' && 'The run in progress goes on to its end. '}
          {pauseWords(loop)}
        </p>
        <label>
          <span>Note</span>
          <input
            ref={note}
            name="note"
            maxLength={LONGEST_NOTE}
            autocomplete="off"
            placeholder="Why? (optional)"
          />
        </label>
        <p class="for-all">
          <ForAll loop={loop} />
        </p>
        <div class="buttons">
          <button type="button" onClick={cancel}>
            Cancel
          </button>
          <button type="submit" class="first">
            Pause
          </button>
        </div>
      </form>
    </dialog>
  );
}
