import pc from 'picocolors'

/**
 * A Markdown page for a terminal: headings stand out, the rest stays as written, so that what is copied from it works.
 * Without colour the page is printed as it is.
 */
export function renderPage(markdown: string, { colour }: { readonly colour: boolean }): string {
  if (!colour) return markdown
  const paint = pc.createColors(true)
  let code = false
  const lines = markdown.split('\n').map((line) => {
    if (line.startsWith('```')) {
      code = !code
      return paint.dim(line)
    }
    if (code) return paint.cyan(line)
    if (/^#{1,3} /.test(line)) return paint.bold(line.replace(/^#+ /, ''))
    return line.replaceAll(/`([^`]+)`/g, (_, words: string) => paint.cyan(words))
  })
  return lines.join('\n')
}
