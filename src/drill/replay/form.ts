/** How a replay was written down: by its author, on a page, or copied from one. */
export type Form = 'markdown' | 'html' | 'text'

/** By what each form has and the others lack. Markdown may hold HTML, so its headings are looked for first. */
export function formOf(text: string): Form {
  if (/^\s*<(?:!doctype|html|head|body|main|article|section|div|h1)\b/i.test(text)) return 'html'
  if (/^#{1,3}\s+(?:Incident Replay|Setup|Round \d|Damage Report|Cross)/im.test(text)) return 'markdown'
  if (/^\s{0,3}(?:\*\*|__)(?:What you see|Choose your action|Actions)\b/im.test(text)) return 'markdown'
  if (/<h[12][\s>]/i.test(text)) return 'html'
  return /^(?:Incident Replay:|Round \d+\b|Setup$|If you chose )/im.test(text) || !/^#{1,3} /m.test(text)
    ? 'text'
    : 'markdown'
}
