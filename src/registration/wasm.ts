import { geometryOf } from '../formats/elastix/imageGeometry.ts'
import type { ParameterMap } from '../formats/elastix/parameterMap.ts'
import { scratchFolder } from '../storage/scratchFolder.ts'
import type { ChildImage } from './childMessages.ts'
import { registrationError } from './failure.ts'
import type { Engine, RegistrationTask } from './registration.ts'
import { runChild } from './runChild.ts'

/** elastix as WebAssembly, part of the package: it needs no installation, takes one thread and at most 4 GB. */
export const wasmEngine: Engine = {
  name: 'wasm',
  version: '@itk-wasm/elastix 1.0.1',
  threads: () => 1,
  register: registerWasm,
}

async function registerWasm(task: RegistrationTask) {
  const folder = scratchFolder()
  try {
    // The WebAssembly takes both images to be of the type of the fixed one.
    const whole = task.fixed.data instanceof Int16Array && task.moving.data instanceof Int16Array
    const written = (name: 'fixed' | 'moving'): ChildImage => {
      const { grid } = task[name]
      const data = whole ? task[name].data : Float32Array.from(task[name].data)
      folder.write(`${name}.raw`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      return {
        file: `${folder.path}/${name}.raw`,
        componentType: whole ? 'int16' : 'float32',
        ...geometryOf(grid),
      }
    }
    const end = await runChild(
      {
        engine: 'wasm',
        fixed: written('fixed'),
        moving: written('moving'),
        maps: task.maps.map(map => Object.fromEntries(map)),
        folder: folder.path,
      },
      task.timeoutSeconds,
    )
    if (end.reply?.type !== 'transforms') throw registrationError('@itk-wasm/elastix', end, task)
    return {
      transforms: end.reply.maps.map((map): ParameterMap => new Map(Object.entries(map))),
      log: end.log,
    }
  } finally {
    folder.remove()
  }
}
