import type { SettingRow } from '#cluster/relations.ts'
import { type Told, told } from '#sources/formats/objects/told.ts'

/** Whose settings they are; `under` stands before each name: `calicoNetwork.`. */
export interface SettingsOf extends Pick<SettingRow, 'of' | 'in' | 'node'> {
  readonly under?: string
}

/**
 * Every value of a nested object as a setting with its dotted path. Items of a list have the path of their list; an
 * empty list is a value of its own, since it often means "none" where absence means a default.
 */
export function settingsIn(value: unknown, { under = '', ...whose }: SettingsOf): readonly Told[] {
  const found: Told[] = []
  const visit = (part: unknown, name: string, depth: number): void => {
    if (found.length >= settingsMax || depth > depthMax) return
    if (Array.isArray(part) && part.length > 0) for (const item of part) visit(item, name, depth + 1)
    else if (typeof part === 'object' && part !== null && !Array.isArray(part))
      for (const [key, inner] of Object.entries(part))
        visit(inner, name === '' ? key : `${name}.${key}`, depth + 1)
    else if (name !== '' && part !== null && part !== undefined)
      found.push(setting({ ...whose, name, value: Array.isArray(part) ? '[]' : String(part) }))
  }
  visit(value, under.replace(/\.$/, ''), 0)
  return found
}

/** No configuration of Calico is larger; what is, is somebody else's. */
const settingsMax = 2000
const depthMax = 16

/** One setting; what may be a secret is hidden, whoever wrote it where. */
export const setting = (row: SettingRow): Told =>
  told('settings', { ...row, value: isSecret(row.name) ? hidden : shortened(row.value.trim()) })

export const hidden = '<hidden>'

/** `ETCD_PASSWORD`, `password`, `k8s_auth_token`; not `passwordSecret.name`, which only names one. */
export const isSecret = (name: string): boolean =>
  /(?:password|passwd|token|secret|private_?key|client_?key|accesskey)$/i.test(name)

const valueMax = 400
const shortened = (value: string): string =>
  value.length > valueMax ? `${value.slice(0, valueMax)}…` : value
