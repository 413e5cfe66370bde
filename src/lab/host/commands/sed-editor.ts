import { eachOf, type Line } from '#lab/host/commands/lines.ts'

export type Address = number | '$' | RegExp

export interface Instruction {
  readonly from: Address | undefined
  readonly to: Address | undefined
  readonly negated: boolean
  readonly verb: string
  readonly pattern: RegExp | undefined
  readonly text: string
  readonly prints: boolean
  inRange: boolean
}

/**
 * Edits lines as they come. Where `$` is asked for, a line waits for the next one: only then it is known not to be the last. A
 * last line that has no end leaves what is written without one.
 */
export class Editor {
  readonly #instructions: readonly Instruction[]
  readonly #o: { readonly quiet: boolean; readonly write: (text: string) => void }
  readonly #looksAhead: boolean
  #held: Line | undefined
  #number = 0
  #owesEnd = false
  #quit = false

  constructor(
    instructions: readonly Instruction[],
    o: { readonly quiet: boolean; readonly write: (text: string) => void },
  ) {
    for (const instruction of instructions) instruction.inRange = false
    this.#instructions = instructions
    this.#o = o
    this.#looksAhead = instructions.some(({ from, to }) => from === '$' || to === '$')
  }

  /** Answers whether more lines are wanted. */
  take(line: Line): boolean {
    const next = this.#looksAhead ? this.#held : line
    this.#held = this.#looksAhead ? line : undefined
    if (next !== undefined && !this.#quit) this.#edit(next, false)
    return !this.#quit
  }

  end(): void {
    if (this.#held !== undefined && !this.#quit) this.#edit(this.#held, true)
  }

  #edit({ text, complete }: Line, isLast: boolean): void {
    this.#number++
    const out = this.#cycle(text, isLast)
    if (out.length === 0) return
    this.#o.write(`${this.#owesEnd ? '\n' : ''}${out.join('\n')}${complete ? '\n' : ''}`)
    this.#owesEnd = !complete
  }

  /** One line through all instructions; what is written of it. */
  #cycle(original: string, isLast: boolean): readonly string[] {
    const out: string[] = []
    const after: string[] = []
    let line = original
    let deleted = false
    for (const instruction of this.#instructions) {
      if (!applies(instruction, line, { number: this.#number, isLast })) continue
      const { verb, text } = instruction
      if (verb === 's' && instruction.pattern !== undefined) {
        const next = line.replace(instruction.pattern, text)
        if (instruction.prints && next !== line) out.push(next)
        line = next
      } else if (verb === 'p') out.push(line)
      else if (verb === '=') out.push(String(this.#number))
      else if (verb === 'i') out.push(text)
      else if (verb === 'a') after.push(text)
      else {
        if (verb === 'c') out.push(text)
        deleted = verb !== 'q'
        this.#quit = verb === 'q'
        break
      }
    }
    if (!deleted && !this.#o.quiet) out.push(line)
    return [...out, ...after]
  }
}

/** A whole text, edited. */
export function edited(text: string, instructions: readonly Instruction[], quiet: boolean): string {
  const out: string[] = []
  const editor = new Editor(instructions, { quiet, write: (piece) => out.push(piece) })
  eachOf(text, (line) => editor.take(line))
  editor.end()
  return out.join('')
}

function applies(
  instruction: Instruction,
  line: string,
  { number, isLast }: { readonly number: number; readonly isLast: boolean },
): boolean {
  const hits = (address: Address): boolean =>
    address === '$' ? isLast : typeof address === 'number' ? number === address : address.test(line)
  const { from, to } = instruction
  let inside = true
  if (from !== undefined && to === undefined) inside = hits(from)
  else if (from !== undefined && to !== undefined) {
    inside = instruction.inRange || hits(from)
    if (inside)
      instruction.inRange = instruction.inRange ? !hits(to) : !(typeof to === 'number' && to <= number)
  }
  return inside !== instruction.negated
}
