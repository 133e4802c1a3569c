import { describeRecipes } from './cases/describe-recipes.js';

describeRecipes(20);
