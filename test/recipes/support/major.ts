/** The majors of Node on which the recipes run, each with the packages of `test/recipes/node-…`. */
export type Major = 20 | 22;
