import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Major } from '../support/major.js';
import { RecipeProject, type Run } from '../support/recipe-project.js';
import { clsCases } from './cls.js';
import { maintenanceCases } from './maintenance.js';
import { mikroOrmCases } from './mikro-orm.js';
import { monitorCases } from './monitors.js';
import { openTelemetryCases } from './opentelemetry.js';
import { outsideCases } from './outside.js';
import { pinoCases } from './pino.js';
import { sentryCases } from './sentry.js';
import { slowRunCases } from './slow-runs.js';

/** Tests every recipe on one Node. */
export function describeRecipes(major: Major): void {
  describe(`the recipes, on Node ${major}`, () => {
    let project: RecipeProject;
    const run: Run = (app, edit) => project.run(app, edit);

    beforeAll(async () => {
      project = await RecipeProject.create(major);
    }, 120_000);
    afterAll(() => project?.remove());

    describe('a report of slow runs', () => slowRunCases(run));
    describe('a context outside of the request', () => outsideCases(run));
    describe('nestjs-cls', () => clsCases(run));
    describe('MikroORM', () => mikroOrmCases(run));
    describe('Sentry', () => sentryCases(run));
    describe('monitors of Sentry', () => monitorCases(run));
    describe('nestjs-pino', () => pinoCases(run));
    describe('OpenTelemetry', () => openTelemetryCases(run));
    describe('a guard', () => maintenanceCases(run));
  });
}
