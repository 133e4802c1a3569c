import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { WaitSettings } from '../declare/wait.settings.js';
import { LeaderElection } from '../leader/leader-election.js';
import { LogWriter } from '../log/log-writer.js';
import { Drain } from './drain.js';
import { LoopExplorer } from './loop.explorer.js';
import { LoopLauncher } from './loop.launcher.js';
import { refuseSecondForRoot } from './only-for-root.js';
import { StartHooks } from './start-hooks.js';

/** Turns Nest's hooks into the start and the stop of the loops. Nest may call a hook more than once. */
@Injectable()
export class LoopRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private bootstrapped: Promise<void> | undefined;
  private closed: Promise<void> | undefined;

  constructor(
    private readonly modules: ModulesContainer,
    private readonly settings: WaitSettings,
    private readonly launcher: LoopLauncher,
    private readonly drain: Drain,
    private readonly election: LeaderElection,
    private readonly log: LogWriter,
    private readonly startHooks: StartHooks,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    this.bootstrapped ??= this.start();
    return this.bootstrapped;
  }

  onModuleDestroy(): Promise<void> {
    this.closed ??= this.drain.run();
    return this.closed;
  }

  private async start(): Promise<void> {
    refuseSecondForRoot(this.modules);
    const settings = this.settings.get();
    this.log.requireLogger();
    this.election.configure(this.launcher.electionCrashes);
    const warn = (text: string): void => this.log.warn(text);
    const definitions = await new LoopExplorer(this.modules, settings).explore(warn);
    if (this.closed !== undefined) {
      return; // close() came while init() was still in progress
    }
    if (settings.exitOnHung && definitions.every(({ spec }) => spec.hungAfter === undefined)) {
      warn(
        'exitOnHung is set, but no decorated loop has hungAfter or timeout, so that it finds nothing. Set defaults: { hungAfter: … }.',
      );
    }
    this.launcher.add(definitions);
    this.startHooks.call();
    this.launcher.begin(() => {
      if (settings.enabled && settings.leaderElection.length > 0) {
        this.election.start();
      }
    });
  }
}
