/** Short words for rules. */
import type { Rule } from '#lab/network/rule.ts'

export type Match = Rule['match']

const withComment = (comment: string | undefined): { readonly comment?: string } =>
  comment === undefined ? {} : { comment }

export const jump = (chain: string, match: Match = {}, comment?: string): Rule => ({
  match,
  target: { kind: 'jump', chain },
  ...withComment(comment),
})

export const go = (chain: string, match: Match = {}): Rule => ({ match, target: { kind: 'goto', chain } })

export const verdict = (
  kind: 'accept' | 'drop' | 'reject' | 'return' | 'notrack' | 'none',
  match: Match = {},
  comment?: string,
): Rule => ({ match, target: { kind }, ...withComment(comment) })

export const setMark = (mark: number, match: Match = {}, comment?: string): Rule => ({
  match,
  target: { kind: 'mark', mark },
  ...withComment(comment),
})

export const clearMark = (mask: number, match: Match = {}, comment?: string): Rule => ({
  match,
  target: { kind: 'mark', mark: 0, mask },
  ...withComment(comment),
})
