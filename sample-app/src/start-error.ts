/** Tells what outside of the code keeps the sample from starting, and what to do about it. */
export class StartError extends Error {}
