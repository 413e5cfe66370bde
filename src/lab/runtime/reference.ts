/** The parts of an image's full name: distribution/reference:reference.go. */
export interface ImageReference {
  /** `docker.io`, `icr.io` */
  readonly host: string
  /** `calico/node` */
  readonly repository: string
  /** `v3.29.3`, or `sha256:…`. */
  readonly tag: string
}

/** Of a name as {@link fullImageName} gives it. */
export function imageReference(full: string): ImageReference {
  const slash = full.indexOf('/')
  const rest = full.slice(slash + 1)
  const at = rest.indexOf('@')
  const colon = rest.lastIndexOf(':')
  const end = at >= 0 ? at : colon
  return {
    host: full.slice(0, slash),
    repository: rest.slice(0, end).replace(/:.*/, ''),
    tag: rest.slice(end + 1),
  }
}

/** Why a name is no image's, in the words of the parser; `undefined` when it is one. */
export function invalidReference(name: string): string | undefined {
  const form =
    /^(?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/
  if (form.test(name)) return undefined
  const lower = name.toLowerCase()
  return lower !== name && form.test(lower) ? 'repository name must be lowercase' : 'invalid reference format'
}
