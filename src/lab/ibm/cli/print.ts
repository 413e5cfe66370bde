/** A table as `ibmcloud` prints it: columns as wide as their widest cell, three spaces between them. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows]
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}\n`)
    .join('')
}

/** Names and values, one pair a line. */
export function sheet(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 1
  return pairs.map(([name, value]) => `${`${name}:`.padEnd(width)}   ${value}\n`).join('')
}

export const json = (value: unknown): string => `${JSON.stringify(value, undefined, 4)}\n`

/** As the provider tells time: to the second, with the zone in four digits. */
export const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, '+0000')

/** `3 minutes ago` */
export function ago(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const [count, unit] = ([
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor(seconds / 60), 'minute'],
    [seconds, 'second'],
  ].find(([many]) => Number(many) > 0) ?? [0, 'second']) as [number, string] // as written above
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`
}
