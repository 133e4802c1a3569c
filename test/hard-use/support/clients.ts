const REFRESH = 1000;

/** Everybody who looks at the application all the time: a monitoring system, the probes, and two browsers. */
export class Clients {
  /** What was not answered as it must be. */
  readonly refused: string[] = [];
  readonly answers: Record<string, number> = {};
  private isOver = false;
  private readonly ended: Promise<unknown>;

  constructor(private readonly origin: string) {
    this.ended = Promise.all([
      this.poll('loops/data', 2 * REFRESH, (body) => JSON.parse(body).total > 0),
      this.poll('loops/data?state=failing&limit=500', 5 * REFRESH, (body) => JSON.parse(body).total >= 0),
      this.poll('metrics', 5 * REFRESH, (body) => body.includes('nestjs_wait_runs_total{')),
      this.poll('healthz', REFRESH, (body) => JSON.parse(body).status === 'ok'),
      this.poll('readyz', REFRESH, (body) => /^\{"status":"(?:ok|error)"/.test(body), 503),
    ]);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.ended;
  }

  private async poll(
    path: string,
    period: number,
    isRight: (body: string) => boolean,
    other = 200,
  ): Promise<void> {
    const [name = ''] = path.split('?');
    while (!this.isOver) {
      // Each has a connection of its own: a server closes an idle one just when a late client uses it again.
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as a browser does
      const [status, body] = await fetch(`${this.origin}/${path}`, { headers: { connection: 'close' } })
        .then(async (response) => [response.status, await response.text()] as const)
        .catch((error: unknown) => [0, String(error)] as const);
      this.answers[name] = (this.answers[name] ?? 0) + 1;
      if (!(status === 200 || status === other) || !isRight(body)) {
        this.refused.push(`${path}: ${status} ${body.slice(0, 500)}`);
      }
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, period));
    }
  }
}
