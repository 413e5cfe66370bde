import type { PodRow, RemarkRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { ReadRow } from '#sources/reading.ts'
import { startsStructure } from '#sources/text/lines.ts'
import { looksLikeNodeName } from '#sources/text/prompt.ts'
import { place, type Reader, type Scope, type Source, unnamedCalicoPod } from '#sources/text/reader.ts'
import { messagesReader } from '#sources/text/readers/logs.ts'

/**
 * What people write: sentences about what they saw (weak evidence), states of calico-node told in words, and programs'
 * words quoted in a sentence. Sentences that suppose, ask or advise tell nothing.
 */
export const sentencesReader: Reader = {
  read(source, at, scope) {
    const text = source.lines[at]?.text ?? ''
    if (!isProse(text))
      return isHeading(text) ? { lines: 1, format: plain, rows: [], notUnderstood: 1 } : undefined
    const quoted = messagesReader.read(source, at, scope)
    const said = sentencesOf(text).flatMap((sentence) => rowsOf(sentence, { source, at, scope, whole: text }))
    if (quoted !== undefined && said.length === 0) return quoted
    const rows = [...(quoted?.rows ?? []), ...said]
    const node = scope.node ?? nodeIn(text)
    return {
      lines: 1,
      format: plain,
      rows,
      notUnderstood: rows.length === 0 ? 1 : 0,
      covered: [...new Set(rows.map((row) => row.relation))].map((relation) => ({
        relation,
        coverage: { kind: 'partial' },
      })),
      ...(node !== undefined && rows.length > 0 && { about: nodeSubject(node) }),
    }
  },
}

const plain = 'plain sentences'

/** A title, a list's item, a few words: nothing to read, and nothing that a reader is missing for. */
const isHeading = (text: string): boolean =>
  /^[\s#*•>-]{0,8}[[(“"'*]?[A-Za-z][\w,.'’:;()&/—–-]*(?: [\w,.'’“”"`*:;()[\]&/+—–→-]+){0,12}$/.test(text) &&
  !startsStructure(text.replace(/:$/, ''))

/** Four words in a row that are words; no table, no code. */
function isProse(text: string): boolean {
  if ((startsStructure(text) && !/^\s*[A-Z][\w ]{2,40}: /.test(text)) || /^\s*[\w.-]+=/.test(text))
    return false
  let inRow = 0
  for (const word of text.split(' ')) {
    inRow = /^[(“"'`*]{0,3}[A-Za-z][\w/'’-]*[)”"'`*,;:.!?]{0,3}$/.test(word) ? inRow + 1 : 0
    if (inRow === 4) return true
  }
  return false
}

const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.!?])\s+(?=[A-Z“"'(])/)

interface Around {
  readonly source: Source
  readonly at: number
  readonly scope: Scope
  /** The whole line: its first node is meant where a sentence names none. */
  readonly whole: string
}

function rowsOf(sentence: string, around: Around): readonly ReadRow[] {
  if (supposes.test(sentence)) return []
  const node = nodeIn(sentence) ?? around.scope.node ?? nodeIn(around.whole)
  return [...remarkRows(sentence, node, around), ...stateRows(sentence, node, around)]
}

const supposes =
  /\b(?:if|whether|would|could|should|might|may be|unless|not even|typical|e\.g\.)\b|^\s*(?:[-*•]\s*)?(?:#{1,6}|[A-Z]\)|\d+\.)\s|\?\s*$/i

const patterns: readonly (readonly [RemarkRow['says'], RegExp])[] = [
  [
    'same-node-works-cross-node-fails',
    /(?:cannot|can ?not|can't|unable to|fail(?:s|ing)? to) (?:reach|communicate with|connect to|talk to|ping) (?:any )?(?:the )?(?:pods|services?|endpoints) on (?:any )?(?:the )?other|\b(?:cross|inter)-node (?:pod |service )?(?:traffic|calls?|connectivity|communication|networking)\b.{0,60}\b(?:fail|broken|times? ?out|timing out|lost|down|not work|doesn't work)|lost cross-node/i,
  ],
  [
    'node-was-rebooted',
    /\b(?:was|were|been|got|just|had|i|we)(?: been)? (?:re-?booted|power-cycled)\b|\b(?:after|since|during) (?:a |an |the |its |this |that )?(?:node |host |server |machine |worker |last )?re-?boot|\bafter (?:the )?node restart/i,
  ],
  [
    'os-was-updated',
    /\b(?:os|operating system|kernel|system|package|security|rolling os) (?:update|upgrade|patch)(?:e?[sd]|ing|ed)?\b|\b(?:apt|apt-get|yum|dnf|zypper|unattended) ?-?(?:full-|dist-)?(?:update|upgrade)s?\b|\b(?:patched|upgraded|updated) the (?:os|kernel|operating system|packages)\b/i,
  ],
  [
    'service-timeouts',
    /\bservices?\b.{0,60}\b(?:times? ?out|timing out|timeouts?)\b|\b(?:connection|service|request) time-?outs?\b|\bcalls? (?:are )?timing out\b/i,
  ],
  [
    'node-network-fine',
    /\b(?:node|host)(?:'s)?(?:-level)? (?:network(?:ing)?|connectivity) (?:itself )?(?:is|looks|seems) (?:fine|ok|okay|normal|good|up)\b|\bnodes can (?:ping|reach) each other\b/i,
  ],
  [
    'ssh-works',
    /\bssh (?:still )?works\b|\b(?:can|could) (?:still )?ssh\b|\breachable (?:by|over|via) ssh\b/i,
  ],
]

const remarkRows = (
  sentence: string,
  node: string | undefined,
  { source, at, scope }: Around,
): readonly ReadRow[] =>
  patterns.flatMap(([says, pattern]) =>
    pattern.test(sentence)
      ? [
          {
            relation: 'remarks' as const,
            row: { says, ...(node !== undefined && { node }) },
            from: place(source, at, scope, { quote: sentence }),
          },
        ]
      : [],
  )

const crash =
  /\bcalico-node\b.{0,80}?\b(?:is|was|goes|keeps?|stays|went|are)\b.{0,30}?\b(?<status>CrashLoopBackOff|Init:Error|Init:CrashLoopBackOff|ImagePullBackOff|Pending|ContainerCreating|crash(?:es|ing|looping)|restarting)\b/
const notReady = /\bcalico-node\b.{0,60}?[\s`"]0\/1[`"]? ?[`"]?(?<status>Running|CrashLoopBackOff)/

/** `the calico-node pod on k8s-worker-03 is in CrashLoopBackOff`, `the calico-node pod is in 0/1 Running`. */
function stateRows(
  sentence: string,
  node: string | undefined,
  { source, at, scope }: Around,
): readonly ReadRow[] {
  const status = (notReady.exec(sentence) ?? crash.exec(sentence))?.groups?.status
  if (status === undefined) return []
  const row: PodRow = {
    namespace: scope.namespace ?? '',
    name:
      /\b(?<name>calico-node-[a-z0-9]{5})\b/.exec(sentence.replace(/x{5}/gi, ''))?.groups?.name ??
      unnamedCalicoPod,
    component: 'calico-node',
    status: /^[A-Z]/.test(status) ? status : 'CrashLoopBackOff',
    ready: false,
    containers: [],
    ...(node !== undefined && { node }),
  }
  return [{ relation: 'pods', row, from: place(source, at, scope, { quote: sentence }) }]
}

/** The first machine that a sentence names. */
function nodeIn(sentence: string): string | undefined {
  const byAddress = /\b(?:nodes?|workers?|hosts?) (?<name>\d{1,3}(?:\.\d{1,3}){3})\b/i.exec(sentence)?.groups
    ?.name
  if (byAddress !== undefined) return byAddress // some providers name nodes by their address
  for (const [name] of sentence.matchAll(
    /\b[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]{1,63}){0,6}\b/g,
  ))
    if (looksLikeNodeName(name)) return name
  return undefined
}
