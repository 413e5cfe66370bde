/** What a Go program prints when it ends on a panic: the panic, then the stacks of its goroutines. */
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { peel } from '#cluster/messages/log-line.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isBlank } from '#sources/text/lines.ts'
import { place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'

/**
 * One block, from the panic (or from the first goroutine, where its head was not copied) to the last frame, with or without the prefix of
 * a log. What was panicked about is its only fact; whose code is on the stack names the program.
 *
 * @see golang/go:src/runtime/panic.go (printpanics), golang/go:src/runtime/traceback.go (traceback)
 */
export const goTracesReader: Reader = {
  read(source, at, scope) {
    const begins = startsGoTrace(source, at)
    if (!begins) return undefined
    const { end, texts } = blockFrom(source, at)
    const stacks = texts.findIndex((text) => goroutine.test(text))
    const program = programOf(texts.slice(stacks))
    const from = place(source, at, scope)
    const about = aboutOf(scope, program)
    return {
      lines: end - at,
      format: `stack trace of ${program?.name ?? 'a Go program'}`,
      rows: recogniseAll(texts.slice(0, stacks).join('\n')).map((message) => ({
        relation: 'messages',
        row: {
          ...about,
          message: program === undefined ? message : withProgram(message, program),
          count: 1,
        },
        from,
      })),
      covered: [{ relation: 'messages', coverage: { kind: 'partial' } }],
    }
  },
}

/** Whether a goroutine's stack begins here, or a panic with one a few lines below. */
export function startsGoTrace(source: Source, at: number): boolean {
  const first = source.lines[at]?.text ?? ''
  if (!mayStart.test(first)) return false
  const text = bare(first)
  if (goroutine.test(text)) return true
  if (!head.test(text)) return false
  for (let next = at + 1; next <= at + headMax; next++) {
    const line = bare(source.lines[next]?.text ?? '')
    if (goroutine.test(line)) return true
    if (!isBlank(line) && !ofHead.test(line)) return false
  }
  return false
}

/** Most lines are neither: this spares them the rest. */
const mayStart = /(?:^|[\s\]])(?:panic: |fatal error: |goroutine \d)/
const head = /^(?:panic|fatal error): \S/
const goroutine = /^goroutine \d{1,9} .{0,80}\[[^\]]{1,120}\]:$/
/** Between a panic and its first goroutine. */
const ofHead = /^\s*(?:panic: |\[signal |runtime stack:|\[recovered\])/
const headMax = 8

/** A line without what its log puts before it. */
const bare = (text: string): string =>
  /^(?:\[pod\/|\d{4}-\d\d-\d\d|\{")/.test(text) ? (peel(text)?.text ?? text) : text

function blockFrom(source: Source, at: number): { readonly end: number; readonly texts: readonly string[] } {
  const texts: string[] = []
  let end = at
  for (let next = at; next < source.lines.length; next++) {
    const text = bare(source.lines[next]?.text ?? '')
    if (isBlank(text)) continue
    if (next > at && !isOfTrace(text)) break
    // The program that a supervisor starts again may panic again: a block of its own.
    if (next > at && head.test(text) && texts.some((each) => goroutine.test(each))) break
    texts.push(text)
    end = next + 1
  }
  return { end, texts }
}

const isOfTrace = (text: string): boolean => text.length <= lineMax && ofTrace.some((one) => one.test(text))

const lineMax = 1000

const ofTrace: readonly RegExp[] = [
  goroutine,
  head,
  ofHead,
  // A function with its arguments; `panic({0x…})` itself.
  /^(?:panic|[\w~%@-]{1,100}[./]\S{1,300})\((?:0x|\{|\.\.\.|\?|_|\))/,
  // Where in its file.
  /^\s*\S{1,400}\.(?:go|s):\d{1,6}(?: \+0x[\da-f]{1,8})?$/,
  /^created by \S/,
  /^\.{3}(?:additional|\d{1,6}) frames elided/,
  /^(?:exit status \d{1,3}|rax|r[a-z]{1,5}|r\d{1,2}|[cfg]s)(?:\s+0x[\da-f]{1,16})?$/,
]

interface Program {
  readonly name: string
  /** Of which container it is one, as Calico's manifests call it. */
  readonly container?: string
}

/** The topmost frame that is some program's own code; libraries that several share tell nothing. */
function programOf(frames: readonly string[]): Program | undefined {
  for (const frame of frames) {
    const found = programs.find(([path]) => path.test(frame))
    if (found !== undefined) return found[1]
  }
  return undefined
}

const inCalicoNode = (name: string): Program => ({ name, container: 'calico-node' })

const programs: readonly (readonly [RegExp, Program])[] = [
  [/projectcalico\/(?:calico\/)?felix\//, inCalicoNode('Felix')],
  [/(?:projectcalico\/(?:calico\/)?|kelseyhightower\/)confd\//, inCalicoNode('confd')],
  [/projectcalico\/(?:calico\/)?node\//, inCalicoNode('calico-node')],
  // Typha's clients carry its packages of the same protocol.
  [
    /projectcalico\/(?:calico\/)?typha\/(?!pkg\/(?:sync|discovery|tlsutils))/,
    { name: 'Typha', container: 'calico-typha' },
  ],
  [
    /projectcalico\/(?:calico\/)?kube-controllers\//,
    { name: 'kube-controllers', container: 'calico-kube-controllers' },
  ],
  [/projectcalico\/(?:calico\/)?cni-plugin\//, { name: 'the CNI plugin' }],
  [
    /projectcalico\/(?:calico\/)?apiserver\//,
    { name: 'the Calico API server', container: 'calico-apiserver' },
  ],
  [/projectcalico\/(?:calico\/)?calicoctl\//, { name: 'calicoctl' }],
  [/tigera\/operator\//, { name: 'tigera-operator', container: 'tigera-operator' }],
  [/k8s\.io\/kubernetes\/(?:pkg|cmd)\/kubelet\//, { name: 'kubelet' }],
  [/k8s\.io\/kubernetes\/(?:pkg\/proxy|cmd\/kube-proxy)\//, { name: 'kube-proxy', container: 'kube-proxy' }],
  [/github\.com\/containerd\/containerd\//, { name: 'containerd' }],
]

/** The pod of the command above, unless the program is one of another's. */
function aboutOf(
  { node, pod, container }: Scope,
  program: Program | undefined,
): Omit<MessageRow, 'message' | 'count'> {
  const own = program?.container ?? container
  const isOfPod =
    pod !== undefined &&
    (program?.container === undefined || pod.name.startsWith(program.container) || container === own)
  return {
    ...(node !== undefined && { node }),
    ...(isOfPod && { pod }),
    ...(own !== undefined && { container: own }),
  }
}

const withProgram = (message: MessageRow['message'], { name }: Program): MessageRow['message'] => ({
  ...message,
  params: { ...message.params, program: name },
})
