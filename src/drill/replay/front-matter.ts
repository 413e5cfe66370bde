/**
 * The head of a Markdown file, between two lines of `---`, and the body below it, whose lines keep their numbers.
 * The head is not looked into: what it says of the replay (`decision_points`) is not to be trusted.
 */
export function splitFrontMatter(text: string): { readonly frontMatter?: string; readonly body: string } {
  const lines = text.split('\n')
  if (lines[0]?.trimEnd() !== '---') return { body: text }
  const end = lines.findIndex((line, at) => at > 0 && /^(?:---|\.\.\.)\s*$/.test(line))
  if (end < 0) return { body: text }
  return {
    frontMatter: lines.slice(1, end).join('\n'),
    body: [...lines.slice(0, end + 1).map(() => ''), ...lines.slice(end + 1)].join('\n'),
  }
}
