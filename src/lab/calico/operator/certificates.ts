import { createHash } from 'node:crypto'
import type { Random } from '#base/random.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { authority, type Certificate, certificatesOf, issued, pemOf } from '#lab/network/tls.ts'

export interface SecretObject extends KubeObject {
  readonly type?: string
  readonly data?: Readonly<Record<string, string>>
}

const dayMs = 86_400_000
const authorityDays = 3650
const certificateDays = 825

/** A certificate with its key, as a Secret keeps them. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/** Who signs for the operator (tigera/operator:pkg/tls/certificatemanagement). */
export function makeAuthority(random: Random, nowMs: number): KeyPair {
  const key = newKey(random)
  const name = `tigera-operator-signer@${Math.floor(nowMs / 1000)}`
  const made = authority(name, { key, notBeforeMs: nowMs, notAfterMs: nowMs + authorityDays * dayMs })
  return { certificate: pemOf(made), key: pemKey(key) }
}

/** A certificate for a common name. */
export function issue(
  by: KeyPair,
  o: { readonly name: string; readonly random: Random; readonly nowMs: number },
): KeyPair {
  const [signer] = certificatesOf(by.certificate)
  if (!signer) throw new TypeError('the authority was made by makeAuthority')
  const key = newKey(o.random)
  const validity = { notBeforeMs: o.nowMs, notAfterMs: o.nowMs + certificateDays * dayMs }
  return { certificate: pemOf(issued(signer, { key, dnsNames: [o.name], ...validity })), key: pemKey(key) }
}

const newKey = (random: Random): string => random.text(32, '0123456789abcdef')

const pemKey = (key: string): string =>
  `-----BEGIN RSA PRIVATE KEY-----\n${key}\n-----END RSA PRIVATE KEY-----\n`

const encode = (text: string): string => Buffer.from(text).toString('base64')
const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8')

export const asSecretData = ({ certificate, key }: KeyPair): Readonly<Record<string, string>> => ({
  'tls.crt': encode(certificate),
  'tls.key': encode(key),
})

/** The pair in a Secret; undefined where either half is missing. */
export function pairOf(secret: SecretObject | undefined): KeyPair | undefined {
  const { 'tls.crt': certificate, 'tls.key': key } = secret?.data ?? {}
  return certificate === undefined || key === undefined
    ? undefined
    : { certificate: decode(certificate), key: decode(key) }
}

/** Whether a pair is signed by this authority and is good at that time; one that is not is issued again. */
export function isGood(pair: KeyPair, by: KeyPair, nowMs: number): boolean {
  const [own]: readonly (Certificate | undefined)[] = certificatesOf(pair.certificate)
  const [signer]: readonly (Certificate | undefined)[] = certificatesOf(by.certificate)
  return own !== undefined && own.issuerKey === signer?.key && nowMs <= own.notAfterMs
}

/** What the operator puts into annotations, so that pods are replaced when what they mount has changed. */
export const annotationHash = (value: unknown): string =>
  createHash('sha1').update(JSON.stringify(value)).digest('hex')
