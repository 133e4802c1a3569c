import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';
import { expectNames, expectRenamed, withNamedLoop } from './support/with-named-loop.js';

describeConsumer('an application of Nest 12 that is built by SWC', {
  make: () => withNamedLoop(loopApp()),
  build: 'nest build -b swc',
  afterwards: expectNames,
});

// webpack builds no ES modules, says the Nest CLI, and names rspack.
describeConsumer('an application of Nest 12 that is built and minimized by rspack', {
  make: () => withNamedLoop(loopApp()).add('rspack'),
  build: 'nest build -b rspack',
  afterwards: expectRenamed,
});

describeConsumer('an application of Nest 12, as CommonJS, that is built and minimized by webpack', {
  make: () => withNamedLoop(loopApp('nest-12-commonjs')).add('webpack'),
  build: 'nest build --webpack',
  afterwards: expectRenamed,
});

describeConsumer('an application of Nest 11 that is built and minimized by webpack', {
  make: () => withNamedLoop(loopApp('nest-11')).add('webpack'),
  build: 'nest build --webpack',
  afterwards: expectRenamed,
});
