/**
 * The lines of a block, one step each, typed as at a prompt:
 *
 *     $ kubectl -n kube-system get pods -o wide | grep calico
 *     k8s-worker-03# systemctl restart kubelet
 *     k8s-worker-01,k8s-worker-02# os-update
 *     cloud$ ibmcloud ks worker reload --worker {node} -f
 *     reboot k8s-worker-03            power-cut k8s-worker-03
 *     wait 5m
 *     expect /CrashLoopBackOff/ in $ kubectl -n kube-system get pods
 *     expect no /denied/ in k8s-worker-03# ls /run/calico
 *     expect traffic                  expect lost requests
 *     expect healthy                  expect cause runtime-dir-permissions
 *
 * A line that ends in `\` goes on in the next. Lines that begin with `//` are comments.
 */
import { parseDuration } from '#base/duration.ts'
import { failed, ok, type Result } from '#base/result.ts'
import type { Notice } from '#drill/replay/types.ts'
import type { Expectation, Look, Step } from '#drill/scenario/types.ts'

/** The steps of a block whose first line is `line` of the file. */
export function readSteps(block: string, line: number): Result<readonly Step[], readonly Notice[]> {
  const steps: Step[] = []
  const notices: Notice[] = []
  for (const each of joinedLines(block, line)) {
    const read = readStep(each.text)
    if (read === undefined) notices.push({ line: each.line, message: notAStep(each.text) })
    else if (typeof read === 'string') notices.push({ line: each.line, message: read })
    else steps.push({ ...each, ...read })
  }
  return notices.length > 0 ? failed(notices) : ok(steps)
}

const notAStep = (text: string): string =>
  `"${text}" is no step: write "$ kubectl …", "NODE# command", "cloud$ …", "reboot NODE", "wait 5m" or "expect …"`

function* joinedLines(
  block: string,
  first: number,
): Generator<{ readonly line: number; readonly text: string }> {
  let begun: { readonly line: number; readonly text: string } | undefined
  for (const [index, text] of block.split('\n').entries()) {
    const whole = begun === undefined ? text.trim() : `${begun.text} ${text.trim()}`
    const line = begun?.line ?? first + index
    begun = whole.endsWith('\\') ? { line, text: whole.slice(0, -1).trimEnd() } : undefined
    if (begun === undefined && whole !== '' && !whole.startsWith('//')) yield { line, text: whole }
  }
  if (begun !== undefined) yield begun
}

type Act = Step extends infer S ? (S extends Step ? Omit<S, 'line' | 'text'> : never) : never

/** A step; what is wrong with it, where that can be said; undefined for what is none. */
function readStep(text: string): Act | string | undefined {
  const look = readLook(text)
  if (look !== undefined) return look
  const [word = '', ...rest] = text.split(/\s+/)
  const argument = rest.join(' ')
  switch (word) {
    case 'reboot':
    case 'power-cut':
      return argument === ''
        ? `"${word}" wants a node`
        : { act: 'reboot', node: argument, powerCut: word === 'power-cut' }
    case 'wait': {
      const ms = durationMs(argument)
      return ms === undefined
        ? `"wait ${argument}": write a duration such as 90s, 5m or 1h`
        : { act: 'wait', ms }
    }
    case 'expect': {
      const expects = readExpectation(argument)
      return typeof expects === 'string' ? expects : { act: 'expect', expects }
    }
    default:
      return undefined
  }
}

function readLook(text: string): Look | undefined {
  const [, program, typed] = /^\$\s*(kubectl|oc)\s+(.+)$/.exec(text) ?? []
  if (typed !== undefined)
    return { act: 'kubectl', ...piped(typed), ...(program === 'oc' ? { as: 'oc' } : {}) }
  const cloud = /^cloud\$\s*(?:ibmcloud\s+)?(.+)$/.exec(text)
  if (cloud?.[1] !== undefined) return { act: 'cloud', ...piped(cloud[1]) }
  const [, nodes, command] = /^([\w.{},-]+)#\s*(.+)$/.exec(text) ?? []
  return nodes === undefined || command === undefined
    ? undefined
    : { act: 'node', nodes: nodes.split(',').filter(Boolean), command }
}

/** At the first `|` outside of quotes. */
function piped(line: string): { readonly command: string; readonly filter?: string } {
  const [, command = line, filter] = /^((?:[^|'"]|'[^']*'|"(?:[^"\\]|\\.)*")*?)\|(.+)$/s.exec(line) ?? []
  return filter === undefined ? { command: line.trim() } : { command: command.trim(), filter: filter.trim() }
}

function readExpectation(text: string): Expectation | string {
  if (text === 'traffic') return { kind: 'traffic', flows: true }
  if (text === 'lost requests') return { kind: 'traffic', flows: false }
  if (text === 'healthy') return { kind: 'healthy' }
  const cause = /^cause\s+([\w-]+)$/.exec(text)?.[1]
  if (cause !== undefined) return { kind: 'cause', mode: cause }
  const [, no, pattern, command] = /^(no\s+)?\/(.+)\/\s+in\s+(.+)$/.exec(text) ?? []
  if (pattern === undefined || command === undefined)
    return `"expect ${text}": write traffic, lost requests, healthy, cause MODE, or /PATTERN/ in COMMAND`
  const look = readLook(command)
  if (look === undefined) return `"${command}" is no command: begin it with "$ kubectl", "NODE#" or "cloud$"`
  const wrong = wrongPattern(pattern)
  return wrong ?? { kind: 'shows', pattern, not: no !== undefined, look }
}

/** Why it is no regular expression; undefined where it is one. */
export function wrongPattern(pattern: string): string | undefined {
  try {
    new RegExp(pattern, 'm')
    return undefined
  } catch (error) {
    return `/${pattern}/ is no regular expression: ${(error as SyntaxError).message}`
  }
}

/** Undefined for what is no duration. */
export function durationMs(text: string): number | undefined {
  try {
    return text === '' ? undefined : parseDuration(text)
  } catch {
    return undefined
  }
}
