/** Counts the letters to insert, remove or replace until one word is the other (Levenshtein). */
export function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, letters) => letters);
  for (let line = 0; line < one.length; line++) {
    const above = row;
    row = [line + 1];
    for (let column = 0; column < other.length; column++) {
      const replaced = above[column]! + (one[line] === other[column] ? 0 : 1);
      row.push(Math.min(replaced, above[column + 1]! + 1, row[column]! + 1));
    }
  }
  return row[other.length]!;
}
