// What is in node_modules stays there, as in Nest's own configuration.
export default (options) => ({ ...options, mode: 'production', optimization: { minimize: true } });
