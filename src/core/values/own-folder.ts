const OWN_FILE =
  /(?:\(|at )((?:file:\/+)?(?:[A-Za-z]:)?[/\\].*?)(?:core[/\\]values[/\\]own-folder|(?<=nestjs-wait[/\\]dist[/\\](?:esm|cjs)[/\\])core)\.[jt]s:/;

/**
 * The folder of this package, as the stacks of this process name it. They say that the code of this file is in
 * `core/values/own-folder`, also in an application that runs with `--enable-source-maps`, or in `core.js` of
 * `nestjs-wait/dist`. If a user has bundled it with other files, the folder is not known.
 */
export const OWN_FOLDER: string | undefined = OWN_FILE.exec(new Error('where is this?').stack ?? '')?.[1];
