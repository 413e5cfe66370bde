import { type ParsedScript, parse } from 'unbash'
import { remembering } from '#base/remember.ts'

/** A script as its parts. The same scripts run on every node, again and again, and their parts never change. */
export const parseScript: (text: string) => ParsedScript = remembering((text) => parse(text), { max: 1024 })
