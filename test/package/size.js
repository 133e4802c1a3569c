// Says how large the package is. A limit that is exceeded on purpose is raised here, and the README names it.
const LIMITS = { packed: 1_400_000, unpacked: 4_500_000, files: 330 };

/** Throws when the package has become larger than it should be. */
export function checkSize({ size, unpackedSize, entryCount }) {
  const sizes = { packed: size, unpacked: unpackedSize, files: entryCount };
  const tooLarge = Object.keys(LIMITS).filter((name) => sizes[name] > LIMITS[name]);
  if (tooLarge.length > 0) {
    throw new Error(
      `The package is too large: ${tooLarge.map((name) => `${name} ${sizes[name]}`).join(', ')}`,
    );
  }
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `the package has ${megabytes(size)}, ${megabytes(unpackedSize)} unpacked, in ${entryCount} files`,
  );
}
