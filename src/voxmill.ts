#!/usr/bin/env node
import v8 from 'node:v8'
import { main } from './cli/main.ts'

// Where some objects of a kind live long, V8 puts all of that kind where only a full collection finds them: the jobs of a
// plan of 100,000 cases, which are needed for a moment each, would take 300 MB until then.
v8.setFlagsFromString('--no-allocation-site-pretenuring')

process.exitCode = await main(process.argv.slice(2))
