import type { LeaseClient } from 'nestjs-wait/leader-election/kubernetes';

/** What the API server answers: a `Status`, or the text of something in between. */
export interface Answer {
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: object;
}

/** The error that client-node makes of an answer, with a message of many lines. */
export class ApiException extends Error {
  constructor(
    readonly code: number,
    readonly body: unknown,
  ) {
    super(
      `HTTP-Code: ${code}\nMessage: Unknown API Status Code!\nBody: ${JSON.stringify(body)}\nHeaders: {}`,
    );
  }
}

/** The body is a text in both majors. Another client may have parsed it. */
export const asText = (answer: Answer): ApiException =>
  new ApiException(answer.code, `${JSON.stringify({ kind: 'Status', status: 'Failure', ...answer })}\n`);

export const asObject = (answer: Answer): ApiException =>
  new ApiException(answer.code, { kind: 'Status', status: 'Failure', ...answer });

/** A client that has a lease, and whose other calls fail. */
export function failingClient(error: unknown, methods: Partial<LeaseClient> = {}): LeaseClient {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return {
    readNamespacedLease: fail,
    createNamespacedLease: fail,
    replaceNamespacedLease: fail,
    ...methods,
  };
}
