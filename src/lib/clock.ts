/** Milliseconds since the epoch. Passed in, so that tests can set the time. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Only ever goes forward, from no particular moment on: for how long something takes, whatever is done to the other. */
export const steadyClock: Clock = () => performance.now();
