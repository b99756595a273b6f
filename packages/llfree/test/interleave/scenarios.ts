// All scenes that are explored. Two huge frames make a tree in most of them, so that an allocator is a few hundred words.
export * from './scenes/single-frames.ts'
export * from './scenes/huge-blocks.ts'
export * from './scenes/rows.ts'
export * from './scenes/reservations.ts'
export * from './scenes/teams.ts'
