import type { LoopKind } from './loop.options.js';

/** What a loop decorator leaves behind. */
export interface LoopDeclaration {
  readonly kind: LoopKind;
  readonly method: string | symbol;
  /**
   * As the user wrote it: options, a period alone, or a function of the instance that returns one of the two.
   */
  readonly input: unknown;
}

// It stands on the prototype and not on the method: a method that is wrapped, spied on or overridden is still
// a loop, and discovery need not look at every method of every provider. It is a property and not
// `reflect-metadata`, since one look at it covers the classes that are extended, too.
const LOOPS = Symbol.for('nestjs-wait/loops');

interface Marked {
  readonly [LOOPS]?: readonly LoopDeclaration[];
}

export function declareLoop(prototype: object, declaration: LoopDeclaration): void {
  const declared = ownDeclarations(prototype);
  // Methods come from the top down, but the decorators of one method from the bottom up. The list has the
  // order in which one reads the source.
  const first = declared.findIndex(({ method }) => method === declaration.method);
  const list = first < 0 ? [...declared, declaration] : declared.toSpliced(first, 0, declaration);
  Object.defineProperty(prototype, LOOPS, { value: list, configurable: true });
}

/** Whether a class has loops, of its own or inherited. */
export function hasLoops(prototype: object): boolean {
  return (prototype as Marked)[LOOPS] !== undefined;
}

/**
 * All loops of a class, inherited ones included. A method that a subclass decorates again has only the
 * subclass's loops.
 */
export function loopDeclarations(prototype: object | null): LoopDeclaration[] {
  if (prototype === null) {
    return [];
  }
  const own = ownDeclarations(prototype);
  const redeclared = new Set(own.map(({ method }) => method));
  const inherited = loopDeclarations(Object.getPrototypeOf(prototype) as object | null);
  return [...inherited.filter(({ method }) => !redeclared.has(method)), ...own];
}

function ownDeclarations(prototype: object): readonly LoopDeclaration[] {
  return Object.hasOwn(prototype, LOOPS) ? ((prototype as Marked)[LOOPS] ?? []) : [];
}
