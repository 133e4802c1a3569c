/** A file of the page. */
export interface PageAsset {
  readonly body: string;
  readonly type: string;
  readonly etag: string;
}

export const PAGE_HTML: PageAsset = {
  body: '<!doctype html><html lang="en"><title>Loops</title><script src="app.js" type="module"></script>',
  type: 'text/html; charset=utf-8',
  etag: '"page"',
};

export const APP_JS: PageAsset = {
  body: "const answer = await fetch('data');\ndocument.title = (await answer.json()).title;\n",
  type: 'text/javascript; charset=utf-8',
  etag: '"js"',
};

export const APP_CSS: PageAsset = {
  body: ':root { color-scheme: light dark; }\n',
  type: 'text/css; charset=utf-8',
  etag: '"css"',
};
