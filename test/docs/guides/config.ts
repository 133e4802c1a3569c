// What the guides' example with a configuration module imports; it stands for @nestjs/config.
import { Injectable, Module } from '@nestjs/common';

@Injectable()
export class ConfigService {
  // The type that the caller expects, as in @nestjs/config.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  get<T = string>(key: string): T {
    return process.env[key] as T;
  }
}

@Module({ providers: [ConfigService], exports: [ConfigService] })
export class ConfigModule {}
