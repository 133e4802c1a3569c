import { isOptionsObject } from '../core/options/read-options.js';
import { show } from '../core/values/show.js';
import type { PageAction } from './page-data.js';

const ACTIONS: readonly unknown[] = ['pause', 'resume', 'trigger'] satisfies readonly PageAction['action'][];
const MEMBERS: readonly string[] = [
  'loop',
  'action',
  'instance',
  'note',
] satisfies readonly (keyof PageAction)[];
const LONGEST_NOTE = 500;

/**
 * Reads what somebody wants to be done.
 *
 * @returns A sentence about what is wrong, if it is no action.
 */
export function readAction(body: unknown): PageAction | string {
  if (body === undefined) {
    return 'The application has not read the body of this request as JSON. Let it do so for this path, for instance with app.use(express.json()).';
  }
  if (!isOptionsObject(body)) {
    return `An action is a JSON object: { "loop": "…", "action": "pause" }. This is ${show(body)}.`;
  }
  const unknown = Object.keys(body).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) {
    return `An action has no member ${show(unknown)}; it has ${MEMBERS.join(', ')}.`;
  }
  const { loop, action, instance, note } = body as Partial<Record<keyof PageAction, unknown>>;
  if (!ACTIONS.includes(action)) {
    return `The action must be one of ${ACTIONS.join(', ')}, not ${show(action)}.`;
  }
  if (typeof loop !== 'string') {
    return `The loop must be the name of a loop, not ${show(loop)}.`;
  }
  if (instance !== undefined && (typeof instance !== 'string' || instance === '')) {
    return `The instance must be the name of a replica, not ${show(instance)}.`;
  }
  if (note !== undefined && typeof note !== 'string') {
    return `The note must be a text, not ${show(note)}.`;
  }
  if (note !== undefined && note.length > LONGEST_NOTE) {
    return `The note must be a text of at most ${LONGEST_NOTE} characters. Make it shorter.`;
  }
  return body as PageAction;
}
