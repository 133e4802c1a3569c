const OWN_FILE =
  /(?:\(|at )((?:file:\/+)?(?:[A-Za-z]:)?[/\\].*?)(?:core[/\\]values[/\\]own-folder|(?<=nestjs-wait[/\\]dist[/\\]esm[/\\])core)\.[jt]s:/;

/**
 * The folder of this package, as the stacks of this process name it. This file is `core/values/own-folder`,
 * or it is joined into `nestjs-wait/dist/esm/core.js`. Where users have bundled it with files of their own,
 * the folder is not known.
 */
export const OWN_FOLDER: string | undefined = OWN_FILE.exec(new Error('where is this?').stack ?? '')?.[1];
