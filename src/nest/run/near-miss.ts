import { editDistance } from './edit-distance.js';

/** Returns the loop that is probably meant: another case, its worker, a misspelled name, or another class. */
export function nearMiss(name: string, names: readonly string[]): string | undefined {
  const likenesses: readonly ((known: string) => boolean)[] = [
    (known) => known.toLowerCase() === name.toLowerCase(),
    (known) => name.startsWith(`${known}#`),
    (known) => isMisspelled(name, known),
    (known) => methodOf(known) === methodOf(name),
  ];
  const alike = likenesses.map((isAlike) => names.filter(isAlike)).find(({ length }) => length > 0);
  return alike?.length === 1 ? alike[0] : undefined;
}

function methodOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** In a short name, a letter or two make another word. */
function isMisspelled(name: string, known: string): boolean {
  const distance = editDistance(name, known);
  return distance <= 2 && distance < name.length / 3;
}
