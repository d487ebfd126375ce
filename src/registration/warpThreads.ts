import { Worker } from 'node:worker_threads'
import type { SharedMemory } from '../core/webAssembly.ts'
import type { Crew, Staff, TaskDone } from '../imaging/warp/crew.ts'
import type { FieldFigures, Task } from '../imaging/warp/seat.ts'
import type { WarpJob } from '../imaging/warp/warpJob.ts'

export interface ThreadWork {
  readonly job: WarpJob
  readonly memory: SharedMemory
  readonly seat: number
}

export interface ThreadTask {
  readonly task: Task
}

interface ThreadAnswer {
  readonly figures: FieldFigures | undefined
}

/** Does tasks on worker threads that share the memory of the job; each asks for its next when it has done one. */
class Threads implements Crew {
  readonly #workers: readonly Worker[]

  constructor(script: string, job: WarpJob, memory: SharedMemory) {
    this.#workers = job.seats.map((_, seat) => {
      const workerData: ThreadWork = { job, memory, seat }
      return new Worker(script, { workerData, execArgv: [] })
    })
  }

  perform(tasks: readonly Task[], done: TaskDone): Promise<void> {
    let next = 0
    const work = (worker: Worker, seat: number) =>
      new Promise<void>((resolve, reject) => {
        let task: Task
        const settle = (error?: Error) => {
          worker.off('message', onMessage).off('error', settle).off('exit', onExit)
          if (error) reject(error)
          else resolve()
        }
        const onExit = (code: number) => settle(new Error(`a warp thread ended with code ${code}`))
        const onMessage = ({ figures }: ThreadAnswer) => {
          // The seat's outputs are read before it is given the next task, which overwrites them.
          try {
            done(task, seat, figures)
            give()
          } catch (error) {
            settle(error as Error)
          }
        }
        const give = () => {
          if (next === tasks.length) return settle()
          task = tasks[next++]!
          worker.postMessage({ task } satisfies ThreadTask)
        }
        worker.on('message', onMessage).on('error', settle).on('exit', onExit)
        give()
      })
    return Promise.all(this.#workers.map(work)).then(() => undefined)
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.terminate()))
  }
}

/** So many worker threads that run a script, which is warpThread.ts as built. */
export const threadStaff = (script: string, threads: number): Staff => ({
  seats: threads,
  hire: (job, memory) => new Threads(script, job, memory),
})
