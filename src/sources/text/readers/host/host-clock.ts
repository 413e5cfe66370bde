import { lineReader, ofNode } from '#sources/text/readers/host/line-reader.ts'

/** `timedatectl`, `chronyc tracking`: whether the host's clock is set by somebody. */
export const hostClockReader = lineReader({
  format: 'the host’s clock',
  relations: ['settings'],
  open: (scope) => ({
    line: (text) => {
      const value = synchronized(text)
      if (value === undefined) return isFiller(text) ? [] : undefined
      return [
        { relation: 'settings', row: { of: 'other', name: 'ntp-synchronized', value, ...ofNode(scope) } },
      ]
    },
  }),
})

/**
 * @see systemd/systemd:src/timedate/timedatectl.c; chrony (client.c)
 */
function synchronized(text: string): 'yes' | 'no' | undefined {
  const m =
    /^\s*(?:(?:System clock|NTP) synchronized: (?<systemd>yes|no)|NTPSynchronized=(?<shown>yes|no)|Leap status\s+: (?<chrony>Normal|Not synchronised))$/.exec(
      text,
    )?.groups
  const said = m?.systemd ?? m?.shown ?? m?.chrony
  if (said === undefined) return undefined
  return /^(?:yes|Normal)$/.test(said) ? 'yes' : 'no'
}

const isFiller = (text: string): boolean =>
  /^\s*(?:Local time|Universal time|RTC time|Time zone|NTP service|NTP enabled|Network time on|RTC in local TZ|Reference ID|Stratum|Ref time \(UTC\)|System time|Last offset|RMS offset|Frequency|Residual freq|Skew|Root delay|Root dispersion|Update interval)\s*: \S/.test(
    text,
  )
