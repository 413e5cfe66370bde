import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { claimsOf, jwt } from '#lab/api/tokens/jwt.ts'

test.each(['', 'short', 'k'.repeat(64), 'longer than one block '.repeat(4)])(
  'a token under %j is signed with HMAC-SHA-256, and read by who has the key alone',
  (secret) => {
    const key = { id: 'k', secret }
    const token = jwt({ sub: 'ü' }, key)
    const [head, body, signed] = token.split('.')
    expect(signed).toBe(createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url'))
    expect(claimsOf(token, [key])).toEqual({ sub: 'ü' })
    expect(claimsOf(token, [{ id: 'k', secret: 'other' }])).toBeUndefined()
  },
)
