/**
 * What holds for every failure mode that is known from evidence: its examples lead to it and to nothing else first, because of
 * their decisive lines, whatever else stands around them.
 */
import { describe, expect, test } from 'vitest'
import { diagnose } from '#diagnosis/diagnose.ts'
import type { Cause } from '#diagnosis/types.ts'
import { modes } from '#failures/generated/detectors.ts'
import { readText } from '#sources/text/index.ts'
import { examples } from './support/examples.ts'
import { unrelatedLines } from './support/unrelated-lines.ts'

/** After every time in the examples. */
const nowMs = Date.UTC(2030, 0, 1)

const causesOf = (text: string): readonly Cause[] =>
  text.trim() === '' ? [] : diagnose(readText([{ name: 'example', text }], { nowMs }).facts, modes).causes

const named = (causes: readonly Cause[]): readonly string[] =>
  causes.map(({ mode, confidence }) => `${mode.id} ${confidence}`)

/** It points at what the sick nodes share and names no mechanism: nothing confirms it, so nothing may. */
const pointers: readonly string[] = ['zone-common-cause']

test.each(modes.map(({ id }) => id))('%s has examples, and one that confirms it', (id) => {
  const own = examples.filter(({ mode }) => mode === id)
  expect(own.length).toBeGreaterThanOrEqual(2)
  const first = own.map(({ text }) => named(causesOf(text))[0])
  if (pointers.includes(id)) expect(first).not.toContain(`${id} confirmed`)
  else expect(first).toContain(`${id} confirmed`)
})

describe.each(examples)('$file', ({ mode, text }) => {
  const causes = causesOf(text)

  test('leads to its mode first, and surely', () => {
    expect(named(causes)[0]).toMatch(new RegExp(`^${mode} (?:confirmed|likely)$`))
  })

  test('nothing else is confirmed by it', () => {
    expect(named(causes).filter((one) => one.endsWith(' confirmed') && !one.startsWith(`${mode} `))).toEqual(
      [],
    )
  })

  test('without the lines that prove it, it is not proven', () => {
    if (causes[0]?.confidence !== 'confirmed') return
    const { left, removed } = withoutProof(text, mode)
    expect(removed).toBeGreaterThan(0)
    expect(named(causesOf(left))).not.toContain(`${mode} confirmed`)
  })

  test('500 unrelated lines around it change nothing', () => {
    const lines = unrelatedLines(500)
    const around = [...lines.slice(0, 250), '', text, '', ...lines.slice(250)].join('\n')
    expect(named(causesOf(around))).toEqual(named(causes))
  })
})

/** Takes away, again and again, the lines that decisive evidence of this mode stands on. */
function withoutProof(text: string, mode: string): { readonly left: string; readonly removed: number } {
  let lines: readonly string[] = text.split('\n')
  let removed = 0
  for (let round = 0; round < 40; round++) {
    const numbers = new Set(
      causesOf(lines.join('\n'))
        .filter((cause) => cause.mode.id === mode)
        .flatMap(({ finding }) => finding.evidence)
        .filter(({ weight }) => weight === 'decisive')
        .flatMap(({ from }) => /line (\d+)$/.exec(from.source)?.[1] ?? [])
        .map(Number),
    )
    if (numbers.size === 0) break
    lines = lines.filter((_, at) => !numbers.has(at + 1))
    removed += numbers.size
  }
  return { left: lines.join('\n'), removed }
}
