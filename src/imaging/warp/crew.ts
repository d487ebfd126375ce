import type { SharedMemory } from '../../core/webAssembly.ts'
import { type FieldFigures, Seat, type Task } from './seat.ts'
import type { WarpJob } from './warpJob.ts'

/** Told when a task is done, and at which seat its outputs lie until the seat gets its next task. */
export type TaskDone = (task: Task, seat: number, figures: FieldFigures | undefined) => void

/** Those that work on one job. */
export interface Crew {
  /** Does all tasks, in any order; `done` is called for each in turn. */
  perform(tasks: readonly Task[], done: TaskDone): Promise<void>
  dismiss(): Promise<void>
}

/** Who can be had for a job. */
export interface Staff {
  readonly seats: number
  hire(job: WarpJob, memory: SharedMemory): Crew
}

/** Does everything in the calling thread. */
export const ALONE: Staff = {
  seats: 1,
  hire(job, memory) {
    const seat = new Seat(job, memory, 0)
    return {
      async perform(tasks, done) {
        for (const task of tasks) done(task, 0, seat.perform(task))
      },
      async dismiss() {},
    }
  },
}
