import { execFile } from 'node:child_process'
import path from 'node:path'
import { metaImageHeader } from '../formats/elastix/metaImage.ts'
import { formatParameterMap, parseParameterMap } from '../formats/elastix/parameterMap.ts'
import { existsSync } from '../storage/exists.ts'
import { scratchFolder } from '../storage/scratchFolder.ts'
import { registrationError } from './failure.ts'
import type { Engine, RegistrationTask } from './registration.ts'
import { runChild } from './runChild.ts'

const VERSION_MS = 20_000

/** The elastix on PATH; undefined where there is none, or it does not tell its version. */
export async function nativeEngine(): Promise<Engine | undefined> {
  const command = elastixOnPath()
  const version = command === undefined ? undefined : await versionOf(command)
  if (command === undefined || version === undefined) return undefined
  return {
    name: 'native',
    version: `elastix ${version}`,
    threads: allowed => allowed,
    register: task => registerNative(command, task),
  }
}

function elastixOnPath(): string | undefined {
  const name = process.platform === 'win32' ? 'elastix.exe' : 'elastix'
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter(folder => folder !== '')
    .map(folder => path.resolve(folder, name))
    .find(existsSync)
}

function versionOf(command: string): Promise<string | undefined> {
  return new Promise(resolve => {
    execFile(command, ['--version'], { timeout: VERSION_MS, killSignal: 'SIGKILL' }, (error, stdout) => {
      resolve(error === null ? /(\d+\.\d+(?:\.\d+)*)/.exec(stdout)?.[1] : undefined)
    })
  })
}

async function registerNative(command: string, task: RegistrationTask) {
  const folder = scratchFolder()
  try {
    for (const name of ['fixed', 'moving'] as const) {
      const { data } = task[name]
      folder.write(`${name}.mhd`, metaImageHeader(task[name], `${name}.raw`))
      folder.write(`${name}.raw`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    }
    const files = task.maps.map((map, stage) => {
      folder.write(`stage${stage}.txt`, formatParameterMap(map))
      return ['-p', `stage${stage}.txt`]
    })
    folder.makeFolder('out')
    const io = ['-f', 'fixed.mhd', '-m', 'moving.mhd', '-out', 'out']
    const args = [...io, ...files.flat(), '-threads', String(task.threads)]
    const end = await runChild({ engine: 'native', command, args, folder: folder.path }, task.timeoutSeconds)
    const texts = task.maps.map((_, stage) => folder.readIfThere(`out/TransformParameters.${stage}.txt`))
    if (end.reply?.type !== 'ended' || end.reply.code !== 0 || texts.includes(undefined))
      throw registrationError('elastix', end, task)
    return { transforms: texts.map(text => parseParameterMap(text!)), log: end.log }
  } finally {
    folder.remove()
  }
}
