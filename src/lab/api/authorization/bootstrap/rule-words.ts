/** Rules in few words, for the tables of the roles that a server makes. */
import type { PolicyRule } from '#lab/api/authorization/rules.ts'

export const read = 'get list watch'
export const write = 'create delete deletecollection patch update'

/** Words are parted by blanks and sorted, as the real ones are stored; `core` is the group without a name. */
export const rule = (verbs: string, groups: string, resources: string, names = ''): PolicyRule => ({
  verbs: words(verbs),
  apiGroups: words(groups)
    .map((group) => (group === 'core' ? '' : group))
    .sort(),
  resources: words(resources),
  resourceNames: words(names),
  nonResourceURLs: [],
})

export const paths = (verbs: string, urls: string): PolicyRule => ({
  verbs: words(verbs),
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceURLs: words(urls),
})

export const events = (): PolicyRule => rule('create patch update', 'core events.k8s.io', 'events')

const words = (text: string): string[] => (text === '' ? [] : text.split(' ').sort())
