import { withoutControls } from '#drill/replay/words.ts'

/** A text within HTML, whoever wrote it: in an element or an attribute in quotes. */
export const escaped = (text: string): string =>
  withoutControls(text).replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`)
