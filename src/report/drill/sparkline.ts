/** Values over time in one line of blocks, as high as the largest that is possible. */
const blocks = ' ▁▂▃▄▅▆▇█'

/** `▁▁█▄▁`: at most `width` blocks; of the values that share one the largest is shown. Never empty where something is not nothing. */
export function sparkline(
  values: readonly number[],
  { max, width }: { readonly max: number; readonly width: number },
): string {
  const count = Math.min(width, values.length)
  return Array.from({ length: count }, (_, at) => {
    const [from, to] = [at, at + 1].map((edge) => Math.floor((edge * values.length) / count)) as [
      number,
      number,
    ]
    return block(Math.max(...values.slice(from, to)) / Math.max(max, Number.MIN_VALUE))
  }).join('')
}

/** Little is a low block, and nothing is the lowest, so that one sees that it was measured. */
const block = (share: number): string =>
  blocks.charAt(share <= 0 ? 1 : Math.max(2, Math.min(8, Math.ceil(share * 8))))
