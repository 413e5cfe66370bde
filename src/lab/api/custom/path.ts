/** Where in an object a value is; written out only when there is something to say about it. */
export interface Path {
  readonly up: Path | undefined
  /** The key of a field, or the index of an item; `[key]` of a map. */
  readonly step: string | number
}

/** `spec.ports[0].name`; empty for the whole object. */
export function pathText(path: Path | undefined): string {
  if (path === undefined) return ''
  const above = pathText(path.up)
  if (typeof path.step === 'number') return `${above}[${path.step}]`
  return above === '' || path.step.startsWith('[') ? `${above}${path.step}` : `${above}.${path.step}`
}
