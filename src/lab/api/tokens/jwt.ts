/**
 * JSON Web Tokens under keys that lie in PEM files: kubernetes/kubernetes:pkg/serviceaccount/jwt.go.
 *
 * Not imitated: asymmetric signatures. A key file holds one secret, under whatever label, and signs with HMAC-SHA-256: that
 * takes an eighth of the time of the fastest asymmetric scheme, for ten thousand pods, and is the same at each run.
 */
import { createHash, hash } from 'node:crypto'
import type { JsonObject } from '#lab/api/json.ts'

export interface TokenKey {
  /** As `kid` in a token's header: the hash of the key. */
  readonly id: string
  readonly secret: string
}

/** The keys of a PEM file, in order. Empty for a text that has none. */
export const tokenKeys = (pem: string): readonly TokenKey[] =>
  [...pem.matchAll(/-----BEGIN [A-Z ]+-----([A-Za-z0-9+/=\s]+)-----END [A-Z ]+-----/g)].map(
    ([, body = '']) => {
      const secret = body.replace(/\s/g, '')
      return { id: createHash('sha256').update(secret).digest('base64url'), secret }
    },
  )

/** A key file. `label`: `RSA PRIVATE KEY`, `PUBLIC KEY`. */
export const keyFile = (secret: string, label: string): string => {
  const lines =
    Buffer.from(secret)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** A signed token. */
export function jwt(claims: JsonObject, key: TokenKey): string {
  const body = `${encoded({ alg: 'HS256', kid: key.id })}.${encoded(claims)}`
  return `${body}.${signature(body, key)}`
}

/** The claims of a token that one of the keys has signed; `undefined` for any other text. */
export function claimsOf(token: string, keys: readonly TokenKey[]): JsonObject | undefined {
  const [head, body, signed] = token.split('.')
  if (head === undefined || body === undefined) return undefined
  const text = `${head}.${body}`
  if (!keys.some((key) => signature(text, key) === signed)) return undefined
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as JsonObject // signed by us
}

const encoded = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** HMAC-SHA-256 (RFC 2104) by two hashes of one call each: an object of node:crypto takes several times as long. */
function signature(text: string, key: TokenKey): string {
  const { inner, outer } = padsOf(key)
  const inside = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer')
  return hash('sha256', Buffer.concat([outer, inside]), 'base64url')
}

const blockBytes = 64

interface Pads {
  readonly inner: Buffer
  readonly outer: Buffer
}

function padsOf(key: TokenKey): Pads {
  const known = pads.get(key)
  if (known !== undefined) return known
  const secret = Buffer.from(key.secret)
  const block = Buffer.alloc(blockBytes)
  block.set(secret.length > blockBytes ? hash('sha256', secret, 'buffer') : secret)
  const made = { inner: block.map((byte) => byte ^ 0x36), outer: block.map((byte) => byte ^ 0x5c) }
  pads.set(key, made as Pads) // map of a Buffer makes a Buffer
  return made as Pads
}

const pads = new WeakMap<TokenKey, Pads>()
