/**
 * X.509 certificates over P-256 (RFC 5280), as many kinds as a served lab needs: an authority, a server, a client. Node
 * signs but does not write certificates; docs/decisions/0004 says why no library does it here.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bits,
  boolean,
  explicit,
  implicit,
  integer,
  octets,
  oid,
  sequence,
  setOf,
  text,
  utcTime,
} from '#lab/serve/tls/der.ts'

export interface Subject {
  readonly commonName: string
  readonly organization?: string
}

export type Purpose =
  | { readonly kind: 'authority' }
  | { readonly kind: 'client' }
  | { readonly kind: 'server'; readonly names: readonly string[]; readonly addresses: readonly string[] }

export interface Issuer {
  readonly subject: Subject
  readonly key: KeyObject
}

/** PEM texts, and the key for issuing more. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
  readonly issuer: Issuer
}

/** A certificate with a new key; without an issuer it signs itself. Valid from `fromMs` to `untilMs` (wall time). */
export function certificate(o: {
  readonly subject: Subject
  readonly purpose: Purpose
  readonly issuer?: Issuer
  readonly fromMs: number
  readonly untilMs: number
}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const issuer = o.issuer ?? { subject: o.subject, key: privateKey }
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))), // version 3
    integer(serial()),
    ecdsaWithSha256,
    nameOf(issuer.subject),
    sequence(utcTime(o.fromMs), utcTime(o.untilMs)),
    nameOf(o.subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(o.purpose))),
  )
  const signed = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, issuer.key)))
  return {
    certificate: pem('CERTIFICATE', signed),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issuer: { subject: o.subject, key: privateKey },
  }
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))

/** Positive, and of no more than 20 bytes. */
function serial(): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f)
  return bytes
}

const nameOf = ({ commonName, organization }: Subject): Buffer =>
  sequence(
    ...(organization === undefined ? [] : [attribute('2.5.4.10', organization)]),
    attribute('2.5.4.3', commonName),
  )

const attribute = (type: string, value: string): Buffer => setOf(sequence(oid(type), text(value)))

function extensions(purpose: Purpose): readonly Buffer[] {
  const isAuthority = purpose.kind === 'authority'
  const constraints = critical('2.5.29.19', isAuthority ? sequence(boolean(true)) : sequence())
  // Bits from the left: digitalSignature, …, keyCertSign (5).
  const usage = critical(
    '2.5.29.15',
    isAuthority ? bits(Buffer.from([0x84]), 2) : bits(Buffer.from([0x80]), 7),
  )
  if (purpose.kind === 'authority') return [constraints, usage]
  const role = oid(purpose.kind === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2')
  const extended = extension('2.5.29.37', sequence(role))
  return purpose.kind === 'server'
    ? [constraints, usage, extended, extension('2.5.29.17', alternativeNames(purpose))]
    : [constraints, usage, extended]
}

const extension = (type: string, value: Buffer): Buffer => sequence(oid(type), octets(value))
const critical = (type: string, value: Buffer): Buffer => sequence(oid(type), boolean(true), octets(value))

const alternativeNames = ({
  names,
  addresses,
}: {
  readonly names: readonly string[]
  readonly addresses: readonly string[] // IPv4
}): Buffer =>
  sequence(
    ...names.map((name) => implicit(2, Buffer.from(name))),
    ...addresses.map((address) => implicit(7, Buffer.from(address.split('.').map(Number)))),
  )

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
