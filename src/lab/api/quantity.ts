/** Quantities as resources have them, `250m`, `128Mi`, `1e3`: kubernetes/apimachinery:pkg/api/resource/quantity.go. */
const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** In whole units (cores, bytes, pieces); 0 for none, NaN for a text that is no quantity. */
export function quantity(text: string | number | undefined): number {
  if (text === undefined) return 0
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(text))
  if (match === null) return Number.NaN
  return Number(match[1]) * (match[2] === undefined ? 1 : (factors[match[2]] ?? Number.NaN))
}

/** Bytes in the largest binary unit that holds them whole, as the kubelet prints them: `1Gi`, `4096Ki`, `17`. */
export function binaryQuantity(bytes: number): string {
  const whole = Math.floor(bytes)
  for (const unit of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const) {
    const factor = factors[unit] ?? 1
    if (whole >= factor && whole % factor === 0) return `${whole / factor}${unit}`
  }
  return String(whole)
}
