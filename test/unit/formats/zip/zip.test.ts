import { describe, expect, it, vi } from 'vitest'
import { deflateEntry } from '../../../../src/formats/zip/deflateEntry.ts'
import type { ZipEntry } from '../../../../src/formats/zip/entry.ts'
import { ZipInvalidError } from '../../../../src/formats/zip/fault.ts'
import { inflateEntry, inflateWhole } from '../../../../src/formats/zip/inflateEntry.ts'
import { readZip } from '../../../../src/formats/zip/readZip.ts'
import { writeZip } from '../../../../src/formats/zip/writeZip.ts'

const text = (value: string) => new TextEncoder().encode(value)
const joined = (pieces: readonly Uint8Array[]) => Uint8Array.from(pieces.flatMap(piece => [...piece]))

async function archive(): Promise<Uint8Array> {
  const long = Array.from({ length: 50 }, (_, i) => text(`line ${i} `.repeat(100)))
  return writeZip([
    await deflateEntry('a/first.txt', [text('first')]),
    await deflateEntry('zweiter-größer', long),
  ])
}

describe('a zip archive', () => {
  it('reads back what was written', async () => {
    const entries = readZip(await archive())
    expect(entries.map(entry => entry.name)).toEqual(['a/first.txt', 'zweiter-größer'])
    expect(new TextDecoder().decode(await inflateWhole(entries[0]!))).toBe('first')
    expect((await inflateWhole(entries[1]!)).length).toBe(entries[1]!.size)
  })

  it('has the same bytes at any time', async () => {
    expect(await archive()).toEqual(await archive())
  })

  it('is the same when its members are copied', async () => {
    const bytes = await archive()
    expect(writeZip(readZip(bytes))).toEqual(bytes)
  })

  it('may have a comment at its end', async () => {
    const bytes = await archive()
    const commented = joined([bytes, text('PK made by hand')])
    commented[bytes.length - 2] = 15
    expect(readZip(commented)).toHaveLength(2)
  })

  it('may hold stored members', async () => {
    const entry: ZipEntry = {
      ...(await deflateEntry('x', [text('stored')])),
      method: 0,
      data: [text('stored')],
    }
    const [read] = readZip(writeZip([entry]))
    expect(new TextDecoder().decode(await inflateWhole(read!))).toBe('stored')
  })

  it('is refused when it is cut anywhere', async () => {
    const bytes = await archive()
    for (let length = 0; length < bytes.length; length += 7)
      expect(() => readZip(bytes.subarray(0, length))).toThrow(ZipInvalidError)
  })

  it('is refused when a member is encrypted or compressed in another way', async () => {
    const bytes = await archive()
    const directory = new DataView(bytes.buffer).getUint32(bytes.length - 6, true)
    const encrypted = bytes.slice()
    encrypted[directory + 8]! |= 1
    expect(() => readZip(encrypted)).toThrow(/first\.txt is encrypted/)
    const bzip2 = bytes.slice()
    bzip2[directory + 10] = 12
    expect(() => readZip(bzip2)).toThrow(/method 12/)
  })

  it('never gives wrong bytes for a flipped bit; only padding may be flipped unseen', async () => {
    const original = text('some text that is long enough to compress')
    const [entry] = readZip(writeZip([await deflateEntry('x', [original])]))
    const data = entry!.data[0]!
    let refused = 0
    for (let bit = 0; bit < data.length * 8; bit++) {
      const flipped = data.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const outcome = await inflateWhole({ ...entry!, data: [flipped] }).catch((error: unknown) => error)
      if (outcome instanceof ZipInvalidError) refused++
      else expect(outcome, `bit ${bit}`).toEqual(original)
    }
    expect(refused).toBeGreaterThanOrEqual(data.length * 8 - 8)
  })

  it('tells data that end too early', async () => {
    const [entry] = readZip(writeZip([await deflateEntry('x', [text('some text that is long enough')])]))
    const data = entry!.data[0]!
    await expect(inflateWhole({ ...entry!, data: [data.subarray(0, data.length - 3)] })).rejects.toThrow(
      ZipInvalidError,
    )
  })

  it('stops a member that inflates to more than it says', async () => {
    const zeros = Array.from({ length: 64 }, () => new Uint8Array(1 << 16))
    const entry = { ...(await deflateEntry('bomb', zeros)), size: 1000 }
    let size = 0
    const read = async () => {
      for await (const piece of inflateEntry(entry)) size += piece.length
    }
    await expect(read()).rejects.toThrow(ZipInvalidError)
    expect(size).toBeLessThan(1 << 17)
  })

  it('passes on what the producer of a member throws', async () => {
    const broken = function* () {
      yield text('one')
      throw new RangeError('row 7')
    }
    await expect(deflateEntry('x', broken())).rejects.toThrow('row 7')
  })
})

describe('a member that is inflated piece by piece', () => {
  const content = Array.from({ length: 30 }, (_, i) =>
    text(`${i} the text of a worksheet, ${i * i} `.repeat(1000)),
  )
  const member = async () => {
    const entry = await deflateEntry('sheet1.xml', content)
    return { entry, data: joined(entry.data) }
  }
  const read = async (entry: ZipEntry) => {
    const pieces: Uint8Array[] = []
    for await (const piece of inflateEntry(entry)) pieces.push(piece)
    return pieces
  }

  it('comes in several pieces that stay what they were', async () => {
    const { entry, data } = await member()
    const cut = [data.subarray(0, 1), data.subarray(1, 4000), new Uint8Array(0), data.subarray(4000)]
    const pieces = await read({ ...entry, data: cut })
    expect(pieces.length).toBeGreaterThan(2)
    expect(Buffer.concat(pieces).equals(Buffer.concat(content))).toBe(true)
  })

  it('is refused when it is cut, damaged, or longer than its deflate stream', async () => {
    const { entry, data } = await member()
    const damaged = data.slice()
    damaged[data.length >> 1]! ^= 0x55
    const longer = joined([data, text('!')])
    for (const bad of [[data.subarray(0, -3)], [damaged], [longer], [data, text('!')]])
      await expect(read({ ...entry, data: bad })).rejects.toThrow(ZipInvalidError)
  })

  it('is stopped when it inflates to more than it says', async () => {
    const zeros = Array.from({ length: 2000 }, () => new Uint8Array(1 << 16))
    const entry = { ...(await deflateEntry('bomb', zeros)), size: 1 << 19 }
    let size = 0
    const all = async () => {
      for await (const piece of inflateEntry(entry)) size += piece.length
    }
    await expect(all()).rejects.toThrow(ZipInvalidError)
    expect(size).toBeLessThanOrEqual(1 << 19)
  })

  it('lets others have their turn', async () => {
    const zeros = Array.from({ length: 320 }, () => new Uint8Array(1 << 16))
    const entry = await deflateEntry('long', zeros)
    let turns = 0
    let over = false
    const count = () => {
      turns++
      if (!over) setImmediate(count)
    }
    setImmediate(count)
    await read(entry)
    over = true
    expect(turns).toBeGreaterThanOrEqual(4)
  })
})

describe('a platform without a synchronous zlib', () => {
  async function streamsOnly() {
    vi.resetModules()
    const lookUp = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    try {
      const { deflateAtOnce } = await import('../../../../src/formats/zip/rawDeflate.ts')
      expect(deflateAtOnce(text('x'))).toBeUndefined()
      return {
        ...(await import('../../../../src/formats/zip/deflateEntry.ts')),
        ...(await import('../../../../src/formats/zip/inflateEntry.ts')),
      }
    } finally {
      lookUp.mockRestore()
      vi.resetModules()
    }
  }
  const pieces = (bytes: number) => {
    const words = ['sample', 'mask', 'volume', '0004091054', 'Tongji']
    const all = Array.from({ length: bytes >> 2 }, (_, i) => words[(i * i) % 5]).join(' ')
    const whole = text(all).subarray(0, bytes)
    return [whole.subarray(0, bytes >> 1), whole.subarray(bytes >> 1)]
  }

  it.each([0, 1, 5000, 1 << 18, (1 << 18) + 1])('gives the same bytes (%i)', async bytes => {
    const streams = await streamsOnly()
    const ours = await deflateEntry('x', pieces(bytes))
    const theirs = await streams.deflateEntry('x', pieces(bytes))
    const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]) =>
      Buffer.concat(a).equals(Buffer.concat(b))
    expect({ ...theirs, data: [] }).toEqual({ ...ours, data: [] })
    expect(same(theirs.data, ours.data)).toBe(true)
    expect(same([await streams.inflateWhole(ours)], pieces(bytes))).toBe(true)
    expect(same([await inflateWhole(theirs)], pieces(bytes))).toBe(true)
  })

  it('tells data that end too early', async () => {
    const streams = await streamsOnly()
    const entry = await deflateEntry('x', pieces(5000))
    const data = joined(entry.data)
    const cut = { ...entry, data: [data.subarray(0, data.length - 3)] }
    await expect(streams.inflateWhole(cut)).rejects.toThrow('cannot be inflated')
  })
})
