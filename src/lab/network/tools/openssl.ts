/**
 * `openssl x509`, as OpenSSL 3.0 prints it: whose a certificate is, who has signed it, from when until when it counts, its names (openssl/openssl:apps/x509.c).
 *
 * Not imitated: other commands of openssl's, keys and signatures in `-text`, extensions other than subjectAltName, conversions.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'
import { isIpv4 } from '#lab/network/address.ts'
import { type Certificate, certificatesOf, pemOf, serialOf } from '#lab/network/tls.ts'

export const openssl: Program = (p) => {
  const [command = '', ...words] = p.argv.slice(1)
  if (command === 'x509') return x509(p, words)
  const known = [
    'version',
    's_client',
    'verify',
    'req',
    'crl',
    'rsa',
    'ec',
    'pkey',
    'genrsa',
    'asn1parse',
  ].includes(command)
  p.stderr.write(
    known
      ? `openssl: the lab does not imitate ${command}\n`
      : `Invalid command '${command}'; type "help" for a list.\n`,
  )
  return Promise.resolve(1)
}

const withValue = new Set(['in', 'out', 'inform', 'outform', 'nameopt', 'checkend', 'ext'])
const alone = new Set(['noout', 'text', ...['subject', 'issuer', 'dates', 'startdate', 'enddate', 'serial']])

async function x509(p: Process, words: readonly string[]): Promise<number> {
  const asked = optionsOf(words)
  if (typeof asked === 'string') return failed(p, `x509: ${asked}\nx509: Use -help for summary.\n`)
  const path = asked.find(([name]) => name === 'in')?.[1]
  const text = await textOf(p, path)
  const from = path ?? '<stdin>'
  if (isErrno(text))
    return failed(
      p,
      `Could not open file or uri for loading certificate from ${from}: ${text.message}\nUnable to load certificate\n`,
    )
  const [certificate] = certificatesOf(text)
  if (certificate === undefined)
    return failed(p, `Could not read certificate from ${from}\nUnable to load certificate\n`)
  for (const [name, value] of asked) p.stdout.write(printed[name]?.(certificate, value) ?? '')
  const seconds = asked.find(([name]) => name === 'checkend')?.[1]
  if (seconds !== undefined) return checkEnd(p, certificate, Number(seconds))
  if (!asked.some(([name]) => name === 'noout')) p.stdout.write(pemOf(certificate))
  return 0
}

/** In the order in which they were given, or what openssl says of the first that it does not know. */
function optionsOf(words: readonly string[]): readonly (readonly [name: string, value: string])[] | string {
  const found: (readonly [string, string])[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string // below the length
    const name = word.replace(/^--?/, '')
    if (withValue.has(name)) {
      const value = words[++at]
      if (value === undefined) return `Option ${word} needs a value`
      found.push([name, value])
    } else if (alone.has(name)) found.push([name, ''])
    else return word.startsWith('-') ? `Unknown option: ${word.slice(1)}` : `Extra option: "${word}"`
  }
  return found
}

async function textOf(p: Process, path: string | undefined) {
  if (path === undefined) return readAll(p)
  try {
    return await p.files.read(path)
  } catch (error) {
    if (isErrno(error)) return error
    throw error
  }
}

const printed: Readonly<Record<string, (of: Certificate, value: string) => string>> = {
  subject: (of) => `subject=${nameOf(of)}\n`,
  issuer: ({ issuer }) => `issuer=CN = ${issuer}\n`,
  serial: (of) => `serial=${serialOf(of).toString(16).toUpperCase()}\n`,
  startdate: ({ notBeforeMs }) => `notBefore=${dateOf(notBeforeMs)}\n`,
  enddate: ({ notAfterMs }) => `notAfter=${dateOf(notAfterMs)}\n`,
  dates: ({ notBeforeMs, notAfterMs }) =>
    `notBefore=${dateOf(notBeforeMs)}\nnotAfter=${dateOf(notAfterMs)}\n`,
  ext: (of, names) =>
    of.dnsNames.length === 0
      ? 'No extensions in certificate\n'
      : names.split(',').includes('subjectAltName')
        ? alternativeNames(of, '')
        : '',
  text: textDump,
}

const nameOf = ({ subject, organizations = [] }: Certificate): string =>
  [...organizations.map((each) => `O = ${each}`), `CN = ${subject}`].join(', ')

const alternativeNames = ({ dnsNames }: Certificate, indent: string): string => {
  const names = dnsNames.map((name) => `${isIpv4(name) ? 'IP Address' : 'DNS'}:${name}`)
  return `${indent}X509v3 Subject Alternative Name: \n${indent}    ${names.join(', ')}\n`
}

function textDump(of: Certificate): string {
  const serial = serialOf(of).toString(16).padStart(32, '0')
  const body = [
    'Certificate:',
    '    Data:',
    '        Version: 3 (0x2)',
    '        Serial Number:',
    `            ${serial.match(/../g)?.join(':')}`,
    `        Issuer: CN = ${of.issuer}`,
    '        Validity',
    `            Not Before: ${dateOf(of.notBeforeMs)}`,
    `            Not After : ${dateOf(of.notAfterMs)}`,
    `        Subject: ${nameOf(of)}`,
  ]
  const names =
    of.dnsNames.length === 0 ? '' : `        X509v3 extensions:\n${alternativeNames(of, ' '.repeat(12))}`
  return `${body.join('\n')}\n${names}`
}

function checkEnd(p: Process, { notAfterMs }: Certificate, seconds: number): number {
  const isOver = notAfterMs < p.now() + seconds * 1000
  p.stdout.write(`Certificate will ${isOver ? '' : 'not '}expire\n`)
  return isOver ? 1 : 0
}

function failed(p: Process, says: string): number {
  p.stderr.write(says)
  return 1
}

/** `Jan  7 05:55:00 2027 GMT` */
function dateOf(ms: number): string {
  const [, day = '', month, year, time] = new Date(ms).toUTCString().split(' ')
  return `${month} ${String(Number(day)).padStart(2)} ${time} ${year} GMT`
}
