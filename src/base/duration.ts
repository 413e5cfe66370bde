import { Trouble } from '#base/trouble.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `5m`, `1h30m`, `2d` in milliseconds; a bare number is seconds. */
export function parseDuration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new Trouble('bad-duration', `"${text}" is not a duration`, { hint: 'write 30s, 5m or 1h30m' })
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit as string] ?? 0), 0)
}

/** `1h30m`, `45s`: the two largest units that matter. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const shown = parts.filter(([count]) => count > 0).slice(0, 2)
  return shown.length === 0 ? `${Math.round(ms)}ms` : shown.map(([count, unit]) => `${count}${unit}`).join('')
}
