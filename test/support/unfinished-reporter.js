/** Says, when the run is told to end before it is over, which test files were still running and for how long. */
export default class UnfinishedReporter {
  running = new Map();

  onRunStart() {
    process.once('SIGTERM', () => {
      for (const [{ path, context }, began] of this.running) {
        const seconds = Math.round((performance.now() - began) / 1000);
        const of = context.config.displayName ? ` of ${context.config.displayName.name}` : '';
        process.stderr.write(`Still running after ${seconds} s: ${path}${of}\n`);
      }
      process.exit(1);
    });
  }

  onTestFileStart(test) {
    this.running.set(test, performance.now());
  }

  onTestFileResult(test) {
    this.running.delete(test);
  }
}
