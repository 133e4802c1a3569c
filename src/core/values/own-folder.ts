const OWN_FILE =
  /(?:\(|at )((?:file:\/+)?(?:[A-Za-z]:)?[/\\].*?)(?:core[/\\]values[/\\]own-folder|(?<=nestjs-wait[/\\]dist[/\\]esm[/\\])core)\.[jt]s:/;

/**
 * The folder of this package, as the stacks of this process name it. The code of this file is in
 * `core/values/own-folder`, or in the bundle `nestjs-wait/dist/esm/core.js`. If a user has bundled it with
 * other files, the folder is not known.
 */
export const OWN_FOLDER: string | undefined = OWN_FILE.exec(new Error('where is this?').stack ?? '')?.[1];
