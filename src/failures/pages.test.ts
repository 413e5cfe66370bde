import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { symptomEntries } from '#cluster/symptoms.ts'
import { modes } from '#failures/generated/detectors.ts'
import { pageSections } from '#failures/page-sections.ts'

describe.each(modes)('$id', ({ id, symptoms, prevent, traffic }) => {
  const page = readFileSync(new URL(`./${id}/README.md`, import.meta.url), 'utf8')

  test('has a page with every section, in order', () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([...pageSections])
    expect(page).toMatch(new RegExp(`^# ${id}\n`))
  })

  test('cites its sources as owner/repository:path', () => {
    const cited = page.slice(page.indexOf('## Sources')).matchAll(/^- [\w./-]+:\S+/gm)
    expect([...cited].length).toBeGreaterThan(0)
  })

  test('explains symptoms that exist, and says what people need', () => {
    const known = symptomEntries.map((entry) => entry.id)
    expect(symptoms.filter((symptom) => !known.includes(symptom))).toEqual([])
    expect(prevent.length).toBeGreaterThan(0)
    expect(traffic).toMatch(/\.$/)
  })
})
