import { describe, expect, it } from '@jest/globals';
import { readAction } from '../../../src/page/read-action.js';

describe('readAction', () => {
  it('says what to do when the application has not parsed the body', () => {
    expect(readAction(undefined)).toBe(
      'The application has not read the body of this request as JSON. Let it do so for this path, for instance with app.use(express.json()).',
    );
  });
});
