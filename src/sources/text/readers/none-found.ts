/**
 * `No resources found`, under the command that asked: a list of everything is then complete and empty, and of a part it is known
 * that this part is not there.
 *
 * @see kubernetes/kubectl:pkg/cmd/get/get.go (No resources found)
 */
import type { Message } from '#cluster/messages.ts'
import { place, type Reader, type Scope } from '#sources/text/reader.ts'
import { emptyList } from '#sources/text/readers/whole-list.ts'

export const noneFoundReader: Reader = {
  read(source, at, scope) {
    const m = /^No resources found(?: in (?<namespace>[a-z0-9-]{1,63}) namespace)?\.?$/.exec(
      source.lines[at]?.text.trim() ?? '',
    )
    const asked = m === null ? undefined : askedFor(scope)
    if (m === null || asked === undefined) return undefined
    const whole = emptyList(source, at, scope)
    const params = { ...asked, ...(m.groups?.namespace !== undefined && { namespace: m.groups.namespace }) }
    const message: Message = { id: 'kubectl/none-found', params }
    return {
      lines: 1,
      format: 'an empty list of kubectl',
      rows: [{ relation: 'messages', row: { message, count: 1 }, from: place(source, at, scope) }],
      covered: whole === undefined ? [] : [{ relation: whole, coverage: { kind: 'complete' } }],
    }
  },
}

/** The resource and, where only some were asked for, by which labels. Undefined under another command. */
function askedFor({ command = '' }: Scope): Message['params'] | undefined {
  const words = command.replace(/^sudo /, '').split(/\s+/, 40)
  if (!/^(?:kubectl|oc|k)$/.test(words[0] ?? '') || !words.includes('get')) return undefined
  const resource = words.slice(words.indexOf('get') + 1).find((word) => /^[a-z][a-z.]{1,80}$/.test(word))
  const selector = labelSelector(words)
  return resource === undefined ? undefined : { resource, ...(selector !== undefined && { selector }) }
}

function labelSelector(words: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    const glued = /^(?:-l|--selector)=?(?<value>\S+)$/.exec(word)?.groups?.value
    if (glued !== undefined) return glued
    if (word === '-l' || word === '--selector') return words[at + 1]
  }
  return undefined
}
