/** Example texts of the failure modes: what somebody would paste, as files beside each mode. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface Example {
  readonly mode: string
  readonly file: string
  readonly text: string
}

/** The first line of a file says where its form or its words come from; it is not part of the text. */
export const examples: readonly Example[] = globSync('src/failures/*/{examples,captured}/*.txt', {
  cwd: root,
})
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
  .map((file) => {
    const whole = readFileSync(join(root, file), 'utf8')
    const [first = '', ...lines] = whole.split('\n')
    if (!/^# origin: \S/.test(first)) throw new Error(`${file} does not say its origin in its first line`)
    return { mode: file.split('/')[2] as string, file, text: lines.join('\n') }
  })
