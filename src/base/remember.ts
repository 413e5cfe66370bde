/**
 * The same pure function with a memory: an argument that was seen is not computed again. Forgets everything once it
 * knows `max` results. What comes back is shared: nobody may change it.
 */
export function remembering<T>(compute: (text: string) => T, { max = 256 } = {}): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const result = compute(text)
    if (known.size >= max) known.clear()
    known.set(text, result)
    return result
  }
}
