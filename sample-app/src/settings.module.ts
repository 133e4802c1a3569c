import { Module } from '@nestjs/common';
import { Settings } from './settings.js';

/** Gives the settings to the providers of the sample, and to the factory of `WaitModule`. */
@Module({ providers: [Settings], exports: [Settings] })
export class SettingsModule {}
