import { describeRecipes } from './cases/describe-recipes.js';

describeRecipes(22);
