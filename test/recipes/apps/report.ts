/** Prints a finding for the test that has started this process. */
export function report(finding: unknown): void {
  console.log(`= ${JSON.stringify(finding)}`);
}
