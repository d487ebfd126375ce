import { serveWorker } from '../engine/serveWorker.ts'
import { STEPS } from '../steps/registry.ts'

serveWorker(process.argv[2]!, STEPS)
