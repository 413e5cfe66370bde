import { readReplay } from '#drill/replay/read-replay.ts'
import { divide } from '#drill/scenario/blocks.ts'
import { readFrontMatter } from '#drill/scenario/front-matter.ts'
import { Gathering } from '#drill/scenario/gathering.ts'
import { readHandsOn } from '#drill/scenario/hands-on.ts'
import type { ReadScenario } from '#drill/scenario/types.ts'

/** Beyond this a text is no scenario, and reading it would take long. */
const sizeMax = 1_000_000

/**
 * Reads a scenario: front matter, the replay's narrative, its blocks. Everything that is wrong is answered, by line and in the
 * order of lines. Never throws on any text.
 */
export function readScenario(text: string): ReadScenario {
  if (text.length > sizeMax)
    return wrong(1, `the file has ${text.length} characters; a scenario has ${sizeMax} at most`)
  const normal = text.replaceAll('\r\n', '\n')
  const head = /^---\n(.*?)\n---(?:\n|$)/s.exec(normal)
  if (head?.[1] === undefined)
    return wrong(
      1,
      'no front matter: begin with "---", "drill: 1" … and "---" (ninelives drill new writes one)',
    )
  const linesOfHead = head[0].split('\n').length - 1
  const body = '\n'.repeat(linesOfHead) + normal.slice(head[0].length)
  const about = readFrontMatter(head[1], 2)
  const { narrative, blocks, notices } = divide(withoutHandsOn(body))
  const replay = readReplay(narrative)
  const gathering = new Gathering()
  gathering.notices.push(...(about.ok ? [] : about.error), ...notices)
  gathering.notices.push(...(replay.ok ? replay.value.notices : replay.error))
  const rounds = replay.ok ? gathering.rounds(replay.value, blocks) : []
  const handsOn = readHandsOn(handsOnOf(body), gathering)
  const all = [...gathering.notices].sort((a, b) => a.line - b.line)
  if (!about.ok || !replay.ok || all.length > 0) return { ok: false, error: all }
  return {
    ok: true,
    value: { ...about.value, replay: replay.value, rounds, ...handsOn },
  }
}

const wrong = (line: number, message: string): ReadScenario => ({ ok: false, error: [{ line, message }] })

const handsOnHead = /^## Hands-on$/m

/** The part for free hands is no part of the replay. Lines keep their places. */
const withoutHandsOn = (body: string): string => {
  const at = body.search(handsOnHead)
  if (at < 0) return body
  const rest = body.slice(at)
  const next = rest.slice(1).search(/^## /m)
  const part = next < 0 ? rest : rest.slice(0, next + 1)
  return body.slice(0, at) + part.replace(/[^\n]/g, '') + rest.slice(part.length)
}

/** The same with everything else left empty. */
function handsOnOf(body: string): string {
  const kept = withoutHandsOn(body)
  return body
    .split('\n')
    .map((line, index) => (kept.split('\n')[index] === '' ? line : ''))
    .join('\n')
}
