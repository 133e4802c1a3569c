// What the README's example with a configuration module imports.
export class ConfigModule {}

export class ConfigService {
  get(key: string): string {
    return key;
  }
}

export declare const pool: { query(sql: string, parameters: unknown[]): Promise<unknown> };
