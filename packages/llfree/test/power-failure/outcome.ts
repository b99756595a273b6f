// What came of examining scenarios, added up.
export interface Outcome {
  recordings: number
  operations: number
  states: number
  /** Points of the traces at which states were looked for, and how many of them had more than were given. */
  points: number
  sampled: number
  failures: string[]
  samples: Sample[]
}

/** What a crash left in the words of an allocator, and what recovery made of it. */
export interface Sample {
  frames: number
  slots: number
  treeHugeFrames: number
  left: Int32Array
  recovered: Int32Array
}

export const noOutcome = (): Outcome => ({
  ...{ recordings: 0, operations: 0, states: 0, points: 0, sampled: 0 },
  ...{ failures: [], samples: [] },
})

/** Both together. */
export const plus = (a: Outcome, b: Outcome): Outcome => ({
  recordings: a.recordings + b.recordings,
  operations: a.operations + b.operations,
  states: a.states + b.states,
  points: a.points + b.points,
  sampled: a.sampled + b.sampled,
  failures: [...a.failures, ...b.failures],
  samples: [...a.samples, ...b.samples],
})
