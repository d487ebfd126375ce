import fs from 'node:fs'

export const existsSync = (file: string): boolean => fs.existsSync(file)
