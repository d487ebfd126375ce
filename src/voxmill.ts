#!/usr/bin/env node
import { tuneGarbageCollector } from './cli/garbageCollector.ts'
import { main } from './cli/main.ts'

tuneGarbageCollector()
process.exitCode = await main(process.argv.slice(2))
