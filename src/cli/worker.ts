import { serveWorker } from '../engine/serveWorker.ts'
import { STEPS } from '../steps/registry.ts'
import { tuneGarbageCollector } from './garbageCollector.ts'

tuneGarbageCollector()
serveWorker(process.argv[2]!, STEPS)
