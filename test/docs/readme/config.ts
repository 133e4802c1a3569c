// What the README's example with a configuration module imports.
export class ConfigModule {}

export class ConfigService {
  get(key: string): string {
    return key;
  }
}
