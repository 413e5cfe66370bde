/** Arithmetic on IPv4 addresses and CIDRs, written as people write them. */

import { remembering } from '#base/remember.ts'

/** `10.0.0.1` as a number; NaN when it is none. */
export function toNumber(address: string): number {
  const parts = address.split('.')
  if (parts.length !== 4) return Number.NaN
  let value = 0
  for (const part of parts) {
    const octet = Number(part)
    if (part === '' || !Number.isInteger(octet) || octet < 0 || octet > 255) return Number.NaN
    value = value * 256 + octet
  }
  return value
}

export const toAddress = (value: number): string =>
  [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.')

export interface Prefix {
  readonly base: number
  readonly length: number
}

/** Reads `10.0.0.0/8`; a bare address is a /32. Host bits are cleared. */
export const toPrefix: (cidr: string) => Prefix = remembering(
  (cidr) => {
    const [address = '', bits = '32'] = cidr.split('/')
    const length = Number(bits)
    return Object.freeze({ base: masked(toNumber(address), length), length })
  },
  { max: 16_384 },
)

export const showPrefix = ({ base, length }: Prefix): string => `${toAddress(base)}/${length}`

export const masked = (value: number, length: number): number =>
  length === 0 ? 0 : (value & (0xffffffff << (32 - length))) >>> 0

/** Whether `inner` lies in `outer`, or is it. */
export const contains = (outer: Prefix, inner: Prefix): boolean =>
  inner.length >= outer.length && masked(inner.base, outer.length) === outer.base

/** Shell patterns with `*` and `?`, as BIRD matches interface names. */
export const matches = (pattern: string, text: string): boolean => expression(pattern).test(text)

const expression = remembering(
  (pattern) =>
    new RegExp(
      `^${[...pattern].map((ch) => (ch === '*' ? '.*' : ch === '?' ? '.' : ch.replace(/[.+^${}()|[\]\\]/g, '\\$&'))).join('')}$`,
    ),
)
