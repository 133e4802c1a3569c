import { describeConsumer } from './support/describe-consumer.js';
import { loopApp } from './support/loop-app.js';

describeConsumer('a worker, which is an application context', {
  make: () => loopApp().add('application-context'),
});
