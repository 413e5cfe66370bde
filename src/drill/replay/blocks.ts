/** What every form of a replay comes down to: headings, paragraphs, points of lists and code, each with its line. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string; readonly line: number }
  | {
      readonly kind: 'paragraph'
      /** Line breaks are those of the source: what the lines mean depends on where the paragraph stands. */
      readonly text: string
      readonly line: number
      readonly links: readonly string[]
      /** Stands inside the point before it. */
      readonly within: boolean
    }
  | {
      readonly kind: 'item'
      /** `-`, or the number with its full stop. */
      readonly marker: string
      /** Empty where the point begins with a block of code. */
      readonly text: string
      readonly line: number
      readonly links: readonly string[]
      readonly within: boolean
    }
  | { readonly kind: 'code'; readonly text: string; readonly line: number }

/** A form read: its blocks, and what was left out of them. */
export interface Reading {
  readonly blocks: readonly Block[]
  readonly notices: readonly { readonly line: number; readonly message: string }[]
}
