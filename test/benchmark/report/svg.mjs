export const OURS_COLOUR = '#e0234e';
export const PEER_COLOUR = '#7d8590';

/** An SVG document on white, so that it reads on a dark page too. */
export function svg(width, height, title, content) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${text(10, 20, title, 'font-weight="bold"')}
${content.join('\n')}
</svg>
`;
}

export function text(x, y, content, attributes = '') {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${coordinate(x)}" y="${coordinate(y)}" ${attributes}>${escaped}</text>`;
}

export function bar(x, y, width, height, colour) {
  return `<rect x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="${coordinate(height)}" fill="${colour}"/>`;
}

function coordinate(value) {
  return Math.round(value * 10) / 10;
}
