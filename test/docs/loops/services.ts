// What the examples of docs/loops.md use. Each method stands for something that takes time and may fail.
export class Cache {
  async prune(_signal: AbortSignal): Promise<void> {}
}

export class Database {
  async publishOutbox(_signal: AbortSignal): Promise<void> {}

  async read(_signal: AbortSignal): Promise<void> {}
}

export class Feed {
  async watch(_signal: AbortSignal): Promise<void> {}
}

export class LogFile {
  async flush(_signal: AbortSignal): Promise<void> {}
}

export class MailServer {
  async send(_signal: AbortSignal): Promise<void> {}
}

export class Sensor {
  async read(_signal: AbortSignal): Promise<void> {}
}
