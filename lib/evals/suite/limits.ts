/** Cases of an experiment at a time, at most. */
export const CONCURRENCY_MAX = 1000;
