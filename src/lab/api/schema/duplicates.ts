/** Keys that stand twice in one object of a JSON text: sigs.k8s.io/json (UnmarshalStrict). The last one wins when it is read. */

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s"{}[\]:,]+/g

interface Frame {
  readonly path: string
  readonly seen: Set<string> | undefined
  index: number
  key: string
}

/** `spec.replicas`, `spec.containers[0].image`; empty for a text that is no JSON. */
export function duplicateFields(json: string): readonly string[] {
  const found: string[] = []
  const frames: Frame[] = []
  let previous = ''
  for (const [word] of json.matchAll(token)) {
    const top = frames.at(-1)
    if (word === '{' || word === '[')
      frames.push({ path: pathOf(top), seen: word === '{' ? new Set() : undefined, index: 0, key: '' })
    else if (word === '}' || word === ']') frames.pop()
    else if (word === ',' && top !== undefined) top.index++
    else if (top?.seen !== undefined && (previous === '{' || previous === ',')) {
      if (!word.startsWith('"')) return [] // no JSON: whoever reads it says so
      top.key = JSON.parse(word) as string // a token in quotes
      const path = pathOf(top)
      if (top.seen.has(top.key) && !found.includes(path)) found.push(path)
      top.seen.add(top.key)
    }
    previous = word
  }
  return found
}

function pathOf(frame: Frame | undefined): string {
  if (frame === undefined) return ''
  if (frame.seen === undefined) return `${frame.path}[${frame.index}]`
  return frame.path === '' ? frame.key : `${frame.path}.${frame.key}`
}
