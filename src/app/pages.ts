/** The pages of the failure modes: each mode's README in a checkout, a copy beside the bundle in a published package. */
import { existsSync, readFileSync } from 'node:fs'
import { type LikenessIndex, likenessIndex } from '#diagnosis/likeness.ts'
import type { Mode } from '#diagnosis/types.ts'

/** The page of a mode as Markdown. Throws where a mode has none: that is a bug. */
export function pageOf(mode: string): string {
  const places = [`../failures/${mode}/README.md`, `./pages/${mode}.md`, `../pages/${mode}.md`]
  const page = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url))
  if (page === undefined) throw new Error(`the page of ${mode} is missing`)
  return readFileSync(page, 'utf8')
}

/** What a page says of the mode itself: the parts about what it is confused with, and how it is mended, would mislead. */
const telling = ['What you see', 'What is wrong', 'How we know']

/** How much a text reads like each mode's page. */
export const likenessToPages = (modes: readonly Mode[]): LikenessIndex =>
  likenessIndex(modes.map(({ id, title }) => ({ id, text: `${title}\n${partsOf(pageOf(id))}` })))

const partsOf = (page: string): string =>
  page
    .split(/^## /m)
    .filter((part) => telling.some((title) => part.startsWith(title)))
    .map((part) => part.slice(part.indexOf('\n')))
    .join('\n')
