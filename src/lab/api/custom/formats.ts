/** Formats of texts and numbers that a schema may ask for: kube-openapi pkg/validation/strfmt. Unknown ones hold of anything. */
import ipaddr from 'ipaddr.js'

const tests: Readonly<Record<string, RegExp | ((text: string) => boolean)>> = {
  ipv4: (text) => ipaddr.IPv4.isValidFourPartDecimal(text),
  ipv6: (text) => ipaddr.IPv6.isValid(text),
  cidr: (text) => ipaddr.isValidCIDR(text),
  mac: /^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/,
  duration: /^\s*[+-]?(\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|h|d|w|[a-z]+)?\s*)+$/,
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  hostname: /^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*$/,
  uri: /^[A-Za-z][-+.A-Za-z0-9]*:\S+$|^\/\S*$/,
}

export function textHasFormat(text: string, format: string): boolean {
  const test = tests[format]
  if (test === undefined) return true
  return typeof test === 'function' ? test(text) : test.test(text)
}

export function numberHasFormat(value: number, format: string): boolean {
  if (format === 'int32') return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31
  return format !== 'int64' || (value >= -(2 ** 63) && value < 2 ** 63)
}
