import type { JSX } from 'preact';

/** The name of a loop. Its class stands back, since the method tells more. */
export function LoopName({ name }: { readonly name: string }): JSX.Element {
  const dot = name.indexOf('.') + 1;
  return (
    <bdi class="loop-name">
      <span class="class">{name.slice(0, dot)}</span>
      <span class="method">{name.slice(dot)}</span>
    </bdi>
  );
}
