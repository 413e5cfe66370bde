/** For formats that are read line by line: most of what a host's programs print, and its files. */
import { mayHoldMessage } from '#cluster/messages/catalogue.ts'
import type { RelationName, Relations } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { messageRows } from '#sources/text/message-rows.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { sentencesReader } from '#sources/text/readers/sentences.ts'

/** A row without the place where it was read. */
export type Told = {
  [R in RelationName]: { readonly relation: R; readonly row: Relations[R] }
}[RelationName]

export interface LineFormat {
  readonly format: string
  readonly relations: readonly RelationName[]
  /** Called where a run may start, with the line above it; what the lines remember of each other lives in its answer. */
  readonly open: (scope: Scope, above: string) => Lines
  /** Single blank lines do not end a run: the program prints some itself. */
  readonly spansBlanks?: boolean
}

export interface Lines {
  /** What a line tells: `[]` for one that belongs to the format and tells nothing, undefined for a line of another. */
  readonly line: (text: string) => readonly Told[] | undefined
  /** What only the whole tells; `next` is the line behind it. */
  readonly end?: (next: string | undefined) => readonly Told[]
}

/** Takes lines from the first on that the format knows; messages of the catalogue that stand in them are read as well. */
export const lineReader = (format: LineFormat): Reader => ({
  read(source, at, scope) {
    const lines = format.open(scope, source.lines[at - 1]?.text ?? '')
    const rows: ReadRow[] = []
    let next = at
    let lastAt = at
    for (; next < source.lines.length; next++) {
      const text = source.lines[next]?.text ?? ''
      if (isBlank(text)) {
        if (next === at || !format.spansBlanks || isBlank(source.lines[next + 1]?.text)) break
        continue
      }
      const { line, remark } = apart(text)
      const told = lines.line(line)
      if (told === undefined) break
      lastAt = next
      const where = { source, at: next, scope }
      rows.push(...placed(told, where), ...messagesIn(text, where), ...remarked(remark, where))
    }
    if (next === at) return undefined
    const count = lastAt + 1 - at
    const last = lines.end?.(source.lines[lastAt + 1]?.text) ?? []
    rows.push(...placed(last, { source, at, scope }))
    return {
      lines: count,
      format: format.format,
      rows,
      notUnderstood: rows.length === 0 ? count : 0,
      covered: format.relations.map((relation) => ({ relation, coverage: { kind: 'partial' } })),
      ...(scope.node !== undefined && { about: nodeSubject(scope.node) }),
    }
  },
})

interface At {
  readonly source: Source
  readonly at: number
  readonly scope: Scope
}

const placed = (told: readonly Told[], { source, at, scope }: At): readonly ReadRow[] => {
  if (told.length === 0) return []
  const from = place(source, at, scope, { quote: withoutPassword(source.lines[at]?.text ?? '') })
  // Row and relation come from one reader; the union does not follow a spread.
  return told.map((one) => ({ ...one, from }) as ReadRow)
}

function messagesIn(text: string, { source, at, scope }: At): readonly ReadRow[] {
  const plain = unquoted(text)
  if (!mayHoldMessage(plain)) return []
  const { node, pod } = scope
  return messageRows(
    plain,
    {
      ...(node !== undefined && { node }),
      ...(pod !== undefined && { pod: pod.namespace === '' ? { name: pod.name } : pod }),
    },
    place(source, at, scope),
  )
}

/** What a line of JSON quotes, as its program said it; any other line as it is. */
function unquoted(text: string): string {
  const value = /^\s*"[\w.-]{1,80}"\s*:\s*"(?<value>.*)",?\s*$/.exec(text)?.groups?.value
  return value === undefined ? text : value.replaceAll('\\"', '"')
}

/** A line and what people write behind it: `# here`, `<- here`. */
const apart = (text: string): { readonly line: string; readonly remark: string } => {
  const at = text.search(/ (?:# ?[A-Za-z]|<[-=]{1,3} |<[-=]{1,3}$)/)
  return text.slice(0, Math.max(0, at)).trim() === ''
    ? { line: text, remark: '' }
    : { line: text.slice(0, at).trimEnd(), remark: text.slice(at).replace(/^[\s#<=-]{1,20}/, '') }
}

/** A remark is a sentence like any other. */
function remarked(remark: string, { source, at, scope }: At): readonly ReadRow[] {
  const line = source.lines[at]
  if (line === undefined || !/[a-z]{2,} [a-z]/i.test(remark)) return []
  return sentencesReader.read({ ...source, lines: [{ ...line, text: remark }] }, 0, scope)?.rows ?? []
}

/** `http://user:secret@proxy:3128` without what is nobody's business. */
export const withoutPassword = (text: string): string => text.replace(/:\/\/[^@/\s"']{1,200}@/g, '://')

/** The file that the lines come from: the one that was shown, else the last one that the command names. */
export function fileOf({ path, command }: Scope): string | undefined {
  if (path !== undefined) return path
  return command?.match(/(?<=[\s'"=])\/[\w.@*/-]{3,200}(?=$|[\s'"|;])/g)?.at(-1)
}

/** `node` of a row that may also be the cluster's. */
export function ofNode(scope: Scope): { readonly node?: string } {
  const node = nodeOrPod(scope)
  return node === '' ? {} : { node }
}

/** Whether the lines were read inside a pod with a network of its own. */
export const isInPod = ({ pod }: Scope): boolean => pod !== undefined && !hostNetworked.test(pod.name)

/** Calico's own pods, kube-proxy and the static pods live in their host's network. */
const hostNetworked =
  /^(?:calico-node|calico-typha|tigera-operator|kube-(?:proxy|apiserver|controller-manager|scheduler)|etcd)(?:-|$)/

/** The command's words, behind sudo, ssh or kubectl exec, that follow this program; undefined where it is not in it. */
export function argumentsOf({ command }: Scope, program: string): readonly string[] | undefined {
  if (command?.includes(program) !== true) return undefined
  const words = command.replace(/['"]/g, ' ').split(/\s+/).slice(0, 200)
  const at = words.findIndex((word) => word === program || word.endsWith(`/${program}`))
  return at < 0 ? undefined : words.slice(at + 1)
}
