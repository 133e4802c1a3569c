// Bundles everything into one file. Nest's own configuration leaves out what is in node_modules. webpack and
// rspack call this with theirs.
module.exports = (options, { IgnorePlugin }) => ({
  ...options,
  mode: 'production',
  // The first one leaves out what is in node_modules.
  externals: options.externals.slice(1),
  output: { ...options.output, asyncChunks: false },
  optimization: { minimize: true },
  plugins: [
    ...options.plugins,
    // Nest tries to load these, and does without.
    new IgnorePlugin({
      resourceRegExp: /^(@nestjs\/(microservices|websockets)|class-(transformer|validator))/,
    }),
  ],
});
