import { type HostFunction, once } from '../src/labelling/host-function.ts';

export const labelCacheClear: HostFunction = {
  name: 'label_cache_clear',
  signatures: [[]],
  returns: 'BIGINT',
  description: `Removes every answer from the cache and returns how many there were.

Each is asked for, and paid for, again. The record of what was spent, \`label_usage()\`, stays.`,
  example: 'SELECT label_cache_clear() AS removed',
  run: once((labeller) => labeller.clearCache()),
};
