// Checks that what the pages in the package link to is in the package, too.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Throws when a page links to a file or a heading that is not there, or shows a picture that is not.
 *
 * @param folder - The unpacked package.
 */
export function checkLinks(folder) {
  const pages = ['.', 'docs'].flatMap((part) =>
    readdirSync(join(folder, part))
      .filter((file) => /\.(?:md|txt)$/.test(file))
      .map((file) => join(part, file)),
  );
  const broken = pages.flatMap((page) =>
    linksOf(readFileSync(join(folder, page), 'utf8'))
      .filter((link) => !leadsSomewhere(folder, page, link))
      .map((link) => `${page} links to ${link}`),
  );
  if (broken.length > 0) {
    throw new Error(`Some links lead nowhere within the package:\n${broken.join('\n')}`);
  }
  console.log(`${pages.length} pages link only to what is in the package`);
}

/** The links and pictures in a page that are no addresses. */
function linksOf(text) {
  const prose = text.replaceAll(/^ *```.*?^ *```$/gms, '').replaceAll(/`[^`\n]*`/g, '');
  const links = prose.matchAll(/\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]: (\S+)|\b(?:href|src|srcset)="([^"]+)"/gm);
  return Array.from(links, ([, inline, reference, html]) => inline ?? reference ?? html).filter(
    (link) => !/^[a-z]+:/.test(link),
  );
}

function leadsSomewhere(folder, page, link) {
  const [path, heading] = link.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURI(path));
  return (
    !file.startsWith('..') &&
    existsSync(join(folder, file)) &&
    (heading === undefined || anchorsOf(readFileSync(join(folder, file), 'utf8')).includes(heading))
  );
}

/** The anchors of the headings of a page, as GitHub and npm make them. */
function anchorsOf(text) {
  const times = new Map();
  return Array.from(text.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/^#+ (.+)$/gm), ([, heading]) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/\]\([^)]*\)/g, '')
      .replaceAll(/[^\p{L}\p{N}_\s-]/gu, '')
      .replaceAll(' ', '-');
    const before = times.get(anchor) ?? 0;
    times.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}
