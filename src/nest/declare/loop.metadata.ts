import type { LoopKind } from './loop.options.js';

/** What a loop decorator stores on the prototype. */
export interface LoopDeclaration {
  readonly kind: LoopKind;
  readonly method: string | symbol;
  /**
   * What the user wrote: options, a period alone, or a function of the instance that returns one of the two.
   */
  readonly input: unknown;
}

// It is stored on the prototype and not on the method. So a method that is wrapped, spied on or overridden is
// still a loop, and discovery need not look at every method of every provider. It is a property and not
// `reflect-metadata`, since reading a property also covers inherited classes.
const LOOPS = Symbol.for('nestjs-wait/loops');

interface Marked {
  readonly [LOOPS]?: readonly LoopDeclaration[];
}

/** Adds a loop to the declarations of a class. */
export function declareLoop(prototype: object, declaration: LoopDeclaration): void {
  const declared = ownDeclarations(prototype);
  // Methods are decorated from top to bottom, but the decorators of one method run from bottom to top. The
  // list has the order of the source.
  const first = declared.findIndex(({ method }) => method === declaration.method);
  const list = first < 0 ? [...declared, declaration] : declared.toSpliced(first, 0, declaration);
  Object.defineProperty(prototype, LOOPS, { value: list, configurable: true });
}

/** Tells whether a class has loops, its own or inherited ones. */
export function hasLoops(prototype: object): boolean {
  return (prototype as Marked)[LOOPS] !== undefined;
}

/**
 * Returns all loops of a class, inherited ones included. A method that a subclass decorates again has only
 * the loops of the subclass.
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
