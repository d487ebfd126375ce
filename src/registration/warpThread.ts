import { parentPort, workerData } from 'node:worker_threads'
import { Seat } from '../imaging/warp/seat.ts'
import type { ThreadTask, ThreadWork } from './warpThreads.ts'

// The script of a thread of warpThreads.ts: does the tasks that it is sent, one at a time.
const { job, memory, seat: number }: ThreadWork = workerData
const seat = new Seat(job, memory, number)
parentPort!.on('message', ({ task }: ThreadTask) => {
  parentPort!.postMessage({ figures: seat.perform(task) })
})
