// What is in node_modules stays there, as in Nest's own configuration.
module.exports = (options) => ({ ...options, mode: 'production', optimization: { minimize: true } });
