import type { LoopSpec } from '../nest/declare/resolve-loop.js';
import type { ManagedLoop } from '../nest/run/managed-loop.js';

/** Keeps in what a search looks for each loop, since thousands of them would be written for every search. */
export class SearchTexts {
  private readonly known = new WeakMap<ManagedLoop, { readonly spec: LoopSpec; readonly text: string }>();

  /** Returns the name and the schedule of a loop, in small letters. */
  of(loop: ManagedLoop): string {
    const { name, spec } = loop;
    const known = this.known.get(loop);
    if (known?.spec === spec) {
      return known.text;
    }
    const text = `${name}\n${spec.schedule.describe()}`.toLowerCase();
    this.known.set(loop, { spec, text });
    return text;
  }
}
