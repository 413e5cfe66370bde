/** Values that hold several names in one text. */

/** Items of a list as configuration files write it: by blanks, commas or semicolons. */
export const itemsOf = (value: string): readonly string[] =>
  value.split(/[\s,;]+/).filter((item) => item !== '')

/**
 * Whether a list of shell patterns takes in a name; `!` before the first turns the whole list round. Only `*` and `?` are known; a
 * set in brackets stands for one character.
 *
 * @see systemd/systemd:man/systemd.network.xml (Name=)
 */
export function isListed(list: string, name: string): boolean {
  const isInverse = list.startsWith('!')
  const patterns = itemsOf(isInverse ? list.slice(1) : list)
  return patterns.some((pattern) => isLike(name, pattern)) !== isInverse
}

/** A star may stand once, for anything; what is before and behind it must be there. */
function isLike(name: string, pattern: string): boolean {
  const [start = '', ...rest] = pattern.replaceAll(/\[[^\]]{1,40}\]/g, '?').split('*')
  if (!startsLike(name, start)) return false
  if (rest.length === 0) return name.length === start.length
  const end = rest.at(-1) ?? ''
  return name.length >= start.length + end.length && startsLike(name.slice(name.length - end.length), end)
}

const startsLike = (name: string, start: string): boolean =>
  name.length >= start.length && [...start].every((char, at) => char === '?' || char === name[at])

/**
 * Ports of Felix's lists: `tcp:22,udp:68`, `tcp:0.0.0.0/0:22`, `22`; `none` and `[]` have none.
 *
 * @see projectcalico/calico:felix/config/param_types.go (PortListParam)
 */
export const portsOf = (value: string): readonly number[] =>
  itemsOf(value).flatMap((item) => {
    const port = item.split(':').at(-1) ?? ''
    return /^\d{1,5}$/.test(port) ? [Number(port)] : []
  })
