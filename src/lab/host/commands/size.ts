const units: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

/** `10M`, `1GiB`, `512`, `4kB` (decimal) in bytes; `undefined` when it is no size. */
export function parseSize(text: string): number | undefined {
  const [, number, unit = '', tail = ''] = /^(\d+(?:\.\d+)?)\s*([KMGTkmgt]?)(i?B?)$/.exec(text) ?? []
  if (number === undefined) return undefined
  const decimal = tail === 'B' && unit !== ''
  const factor = units[unit.toUpperCase()] ?? 1
  return Math.floor(Number(number) * (decimal ? 1000 ** Math.round(Math.log2(factor) / 10) : factor))
}
