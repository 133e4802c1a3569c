import type { ReadersProject } from './readers-project.js';

/** What a script has printed below one of its headings. */
export interface Section {
  readonly log: string;
  /** What is not on the page, but must be so if the page is right. */
  readonly findings: readonly string[];
}

/** Runs a script to its end, and returns what it prints, by its headings: `--- a heading`, `= a finding`. */
export async function sectionsOf(
  project: ReadersProject,
  script: string,
  env: NodeJS.ProcessEnv = {},
): Promise<ReadonlyMap<string, Section>> {
  const { code, output } = await project.run([script], { env });
  if (code !== 0) {
    throw new Error(`${script} ended with ${code}.\n${output}`);
  }
  const sections = output.split(/^--- /m).slice(1);
  return new Map(
    sections.map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      const log = lines.filter((line) => !line.startsWith('= ')).join('\n');
      const findings = lines.filter((line) => line.startsWith('= ')).map((line) => line.slice(2));
      return [heading, { log, findings }];
    }),
  );
}
