/** Bytes that are written one after another, in one order of bytes, into a buffer that grows. */
export class ByteSink {
  private buffer = new Uint8Array(1024)
  private view = new DataView(this.buffer.buffer)
  private readonly littleEndian: boolean
  length = 0

  constructor(littleEndian: boolean) {
    this.littleEndian = littleEndian
  }

  uint16(value: number): void {
    this.reserve(2)
    this.view.setUint16(this.length, value, this.littleEndian)
    this.length += 2
  }

  uint32(value: number): void {
    this.reserve(4)
    this.view.setUint32(this.length, value, this.littleEndian)
    this.length += 4
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Overwrites a number that could not be known before. */
  uint32At(at: number, value: number): void {
    this.view.setUint32(at, value, this.littleEndian)
  }

  written(): Uint8Array {
    return this.buffer.slice(0, this.length)
  }

  private reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.buffer.length) return
    const longer = new Uint8Array(Math.max(needed, 2 * this.buffer.length))
    longer.set(this.buffer)
    this.buffer = longer
    this.view = new DataView(longer.buffer)
  }
}
