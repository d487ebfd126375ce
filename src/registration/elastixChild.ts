// A process of its own for one registration, so that it can be killed whole, and that ends what it started when the
// process that asked for it is gone.
import { spawn } from 'node:child_process'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { readBytes } from '../storage/readBytes.ts'
import { removeFolder } from '../storage/scratchFolder.ts'
import type { ChildImage, ChildReply, ChildTask } from './childMessages.ts'

if (isMainThread) listen()
else registerHere(workerData as Extract<ChildTask, { engine: 'wasm' }>)

function listen(): void {
  let folder: string | undefined
  const parentGone = () => {
    if (folder !== undefined) removeFolder(folder)
    // This process leads a group of its own; elastix is in it. No handler of theirs can keep them.
    killGroup()
  }
  process.on('disconnect', parentGone)
  if (!process.connected) parentGone()
  process.once('message', (task: ChildTask) => {
    folder = task.folder
    if (task.engine === 'native') runNative(task)
    // WebAssembly blocks its thread for minutes; this one stays free to hear that the parent is gone.
    else runWasm(task)
  })
}

function killGroup(): void {
  try {
    if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL')
  } catch {
    // Not the leader of a group: then only this process is to end.
  }
  process.kill(process.pid, 'SIGKILL')
}

function reply(message: ChildReply): void {
  process.send?.(message, () => process.exit(0))
}

function runNative({ command, args, folder }: Extract<ChildTask, { engine: 'native' }>): void {
  const elastix = spawn(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  elastix.on('error', error => reply({ type: 'failed', message: error.message }))
  elastix.on('exit', (code, signal) => reply({ type: 'ended', code, signal }))
}

function runWasm(task: Extract<ChildTask, { engine: 'wasm' }>): void {
  const thread = new Worker(new URL(import.meta.url), { workerData: task })
  thread.on('message', (message: ChildReply) => reply(message))
  thread.on('error', error => reply({ type: 'failed', message: error.message }))
}

async function registerHere(task: Extract<ChildTask, { engine: 'wasm' }>): Promise<void> {
  const answer = (message: ChildReply) => parentPort!.postMessage(message)
  try {
    const { elastixNode } = await import('@itk-wasm/elastix')
    const { transformParameterObject } = await elastixNode(task.maps as never, {
      fixed: wasmImage(task.fixed) as never,
      moving: wasmImage(task.moving) as never,
    })
    answer({ type: 'transforms', maps: transformParameterObject as never })
  } catch (error) {
    answer({ type: 'failed', message: error instanceof Error ? error.message : `exception ${String(error)}` })
  }
}

/** An image as itk-wasm takes it; one component a voxel. */
function wasmImage({ file, componentType, size, spacing, origin, direction }: ChildImage): object {
  const bytes = readBytes(file)
  const Voxels = componentType === 'int16' ? Int16Array : Float32Array
  // itk-wasm copies the whole buffer behind the array, so that the array must have one of its own.
  const buffer =
    bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength
      ? bytes.buffer
      : bytes.slice().buffer
  return {
    imageType: { dimension: 3, componentType, pixelType: 'Scalar', components: 1 },
    name: 'image',
    size,
    spacing,
    origin,
    direction: Float64Array.from(direction),
    data: new Voxels(buffer as ArrayBuffer),
    metadata: new Map(),
  }
}
