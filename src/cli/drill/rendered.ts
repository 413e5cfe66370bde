import { debriefText } from '#report/drill/debrief-text.ts'
import type { Judged } from '#report/drill/facts.ts'
import { debriefHtml } from '#report/drill/html.ts'
import { debriefMarkdown } from '#report/drill/markdown.ts'
import type { DrillTextOptions } from '#report/drill/text.ts'

export const drillFormats = ['text', 'json', 'md', 'html'] as const
export type DrillFormat = (typeof drillFormats)[number]

/** The report of one game. */
export function rendered(
  judged: Judged,
  { output, screen }: { readonly output: DrillFormat; readonly screen: DrillTextOptions },
): string {
  switch (output) {
    case 'text':
      return debriefText(judged, screen)
    case 'json':
      return `${JSON.stringify(drillJson(judged), null, 2)}\n`
    case 'md':
      return debriefMarkdown(judged)
    case 'html':
      return debriefHtml(judged)
  }
}

/** What scripts read; names change only with a new `apiVersion`. */
const drillJson = ({ scenario: { id, replay, difficulty }, debrief, score, reach }: Judged): object => ({
  apiVersion: 'ninelives.dev/v1',
  kind: 'DrillReport',
  drill: { id, title: replay.title, difficulty },
  score,
  ...(reach === undefined ? {} : { reach }),
  debrief,
})
