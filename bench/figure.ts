export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: 'ms' | 'MB'
  readonly goal: number
  /** Where the goal is missed, and known to be (docs/decisions/0015): what the value must not exceed. */
  readonly bound?: number
  /** The value is only what it is more than. */
  readonly givenUp?: boolean
}

/** Told each figure as soon as it is measured. */
export type Tell = (figure: Figure) => void

/** Some figures that are measured together. */
export interface Part {
  readonly name: string
  readonly measures: string
  run(tell: Tell): void | Promise<void>
}

export const heading = `${'figure'.padEnd(52)} ${'measured'.padStart(14)} ${'goal'.padStart(12)}`

/** A line of the table. */
export function row(figure: Figure): string {
  const { what, value, unit, goal, givenUp = false } = figure
  const shown = `${givenUp ? '> ' : ''}${value.toFixed(value < 10 ? 2 : 0)} ${unit}`
  return `${what.padEnd(52)} ${shown.padStart(14)} ${`≤ ${goal} ${unit}`.padStart(12)}   ${verdictOn(figure)}`.trimEnd()
}

/** Whether its goal is met, or its bound where it has one. */
export function isFine(figure: Figure): boolean {
  return isMet({ ...figure, goal: figure.bound ?? figure.goal })
}

function isMet({ value, goal, givenUp = false }: Figure): boolean {
  return !givenUp && value <= goal
}

function verdictOn(figure: Figure): string {
  if (isMet(figure)) return ''
  const { bound, unit } = figure
  return `${isFine(figure) ? 'missed' : 'MISSED'}${bound === undefined ? '' : `, bound ${bound} ${unit}`}`
}
