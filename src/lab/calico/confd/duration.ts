/** A duration as the API keeps it (`2m0s`, `1h`, `90s`, `1.5s`) in whole seconds, as confd rounds it. */
export function seconds(duration: string | undefined): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(duration ?? '')
  if (!duration || !match) return undefined
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Math.round(Number(match[3] ?? 0))
}
