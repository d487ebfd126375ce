/** What the child process of a registration is asked to do. */
export type ChildTask =
  | {
      readonly engine: 'native'
      readonly command: string
      readonly args: readonly string[]
      /** Folder to run in; removed when the parent is gone. */
      readonly folder: string
    }
  | {
      readonly engine: 'wasm'
      readonly fixed: ChildImage
      readonly moving: ChildImage
      readonly maps: readonly Readonly<Record<string, readonly string[]>>[]
      readonly folder: string
    }

/** An image whose voxels lie in a file as they are in memory. */
export interface ChildImage {
  readonly file: string
  readonly componentType: 'int16' | 'float32'
  readonly size: readonly number[]
  readonly spacing: readonly number[]
  readonly origin: readonly number[]
  /** By rows. */
  readonly direction: readonly number[]
}

export type ChildReply =
  | { readonly type: 'ended'; readonly code: number | null; readonly signal: string | null }
  | {
      readonly type: 'transforms'
      readonly maps: readonly Readonly<Record<string, readonly string[]>>[]
    }
  | { readonly type: 'failed'; readonly message: string }
