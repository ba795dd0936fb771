/** What may be given for a run, wherever a command takes one. */
export const RUN_ARGUMENT = 'a run id, its beginning or end, "last" or "last~2"';
