// What one worker counts of its own pool, in fields that nobody else sees.

export class Counts {
  misses = 0
  evictions = 0
  writeBacks = 0
}
