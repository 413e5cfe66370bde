import { randomBytes } from 'node:crypto'

/** A secret that nobody guesses: 256 bits, as hexadecimal text. */
export const randomToken = (): string => randomBytes(32).toString('hex')
