// maintenance.ts
import { Injectable, Module } from '@nestjs/common';
import { WaitModule, type AroundRun } from 'nestjs-wait';

@Injectable()
export class Maintenance {
  isOn = false;
}

@Module({ providers: [Maintenance], exports: [Maintenance] })
export class MaintenanceModule {}

const unlessMaintenance =
  (maintenance: Maintenance): AroundRun =>
  (run, next) => {
    const isSpared = run.loop.startsWith('Heartbeat.');
    return maintenance.isOn && !isSpared ? undefined : next();
  };

export const waitModule = WaitModule.forRootAsync({
  imports: [MaintenanceModule],
  inject: [Maintenance],
  useFactory: (maintenance: Maintenance) => ({ around: [unlessMaintenance(maintenance)] }),
});
