/**
 * Lengths on a logarithmic scale that begins a little below the smallest value.
 *
 * @param {readonly number[]} values
 * @param {number} longest - The length of the largest.
 */
export function logScale(values, longest) {
  const origin = Math.log(Math.min(...values) / 2);
  const scale = longest / (Math.log(Math.max(...values)) - origin);
  return (value) => (Math.log(value) - origin) * scale;
}
