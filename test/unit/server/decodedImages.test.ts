import { describe, expect, it } from 'vitest'
import { DecodedImages } from '../../../src/server/decodedImages.ts'

/** Things of so many bytes, and which were made. */
function kept(budget: number, atOnce = 2) {
  const made: string[] = []
  const images = new DecodedImages<number>(budget, atOnce, bytes => bytes)
  const get = (key: string, bytes: number) =>
    images.get(key, async () => {
      made.push(key)
      return bytes
    })
  return { images, made, get }
}

describe('decoded images', () => {
  it('are made once while they are kept', async () => {
    const { made, get } = kept(100)
    for (let i = 0; i < 3; i++) expect(await get('a', 40)).toBe(40)
    expect(made).toEqual(['a'])
  })

  it('go when the budget is exceeded, the one not asked for longest first', async () => {
    const { made, get } = kept(100)
    await get('a', 40)
    await get('b', 40)
    await get('a', 40)
    await get('c', 40)
    await get('a', 40)
    await get('c', 40)
    expect(made).toEqual(['a', 'b', 'c'])
    await get('b', 40)
    expect(made).toEqual(['a', 'b', 'c', 'b'])
  })

  it('stay when they were asked for last, whatever their size', async () => {
    const { made, get } = kept(100)
    await get('a', 40)
    await get('huge', 4000)
    await get('huge', 4000)
    expect(made).toEqual(['a', 'huge'])
    await get('b', 40)
    await get('huge', 4000)
    expect(made).toEqual(['a', 'huge', 'b', 'huge'])
  })

  it('are shared by those who ask at once', async () => {
    const { made, get } = kept(100)
    expect(await Promise.all([get('a', 1), get('a', 1), get('a', 1)])).toEqual([1, 1, 1])
    expect(made).toEqual(['a'])
  })

  it('are made so many at a time', async () => {
    const images = new DecodedImages<number>(100, 2, () => 1)
    let [now, most] = [0, 0]
    await Promise.all(
      Array.from({ length: 9 }, (_, i) =>
        images.get(String(i), async () => {
          most = Math.max(most, ++now)
          await new Promise(resolve => setTimeout(resolve, 2))
          return now--
        }),
      ),
    )
    expect(most).toBe(2)
  })

  it('that cannot be made are tried again, and hold nobody up', async () => {
    const images = new DecodedImages<number>(100, 1, () => 1)
    const broken = () => Promise.reject(new Error('broken'))
    await expect(images.get('a', broken)).rejects.toThrow('broken')
    await expect(
      images.get('b', () => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
    expect(await images.get('a', async () => 7)).toBe(7)
  })
})
