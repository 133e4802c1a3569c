/**
 * Runs what a measurement's process was started for, and prints its figures.
 *
 * @param {(args: any) => Promise<Record<string, unknown>>} measurement
 */
export async function measured(measurement) {
  const figures = await measurement(JSON.parse(process.argv[2]));
  console.log(JSON.stringify(figures));
  process.exit(); // whatever loops are left
}
