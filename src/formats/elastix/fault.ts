import { EXIT, Fault } from '../../core/fault.ts'

/** A parameter or transform file of elastix cannot be used as it is. */
export class ElastixFileError extends Fault {
  constructor(message: string, options: { where?: string | undefined; remedy?: string } = {}) {
    super(options.where === undefined ? message : `${options.where}: ${message}`, {
      remedy: options.remedy ?? 'Correct the file, or make it again with elastix.',
      exitCode: EXIT.usage,
      where: options.where,
    })
  }
}
