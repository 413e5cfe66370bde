import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'))

interface Rule {
  readonly name: string
  readonly forbids: RegExp
  readonly why: string
  readonly in: (file: string) => boolean
}

const product = (file: string): boolean => !file.endsWith('.test.ts') && !file.includes('/testing/')
const outsideBase = (file: string): boolean => product(file) && !file.startsWith('src/base/')
const labPrograms = (file: string): boolean =>
  product(file) && file.startsWith('src/lab/') && !file.startsWith('src/lab/serve/')

const rules: readonly Rule[] = [
  {
    name: 'time and chance are arguments',
    forbids: /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\bsetTimeout\(|\bsetInterval\(/,
    why: 'only src/base touches clocks, timers and chance: take a Clock or a Random as an argument',
    in: outsideBase,
  },
  {
    name: 'the lab waits on nothing but its ports',
    forbids: /from 'node:(?!zlib|http|buffer|stream|net|crypto)/,
    why: 'a program of the lab uses Process, Net and Kube; real files and sockets belong to src/lab/serve',
    in: (file) => labPrograms(file) && !/src\/lab\/api\/(http|spdy|websocket)/.test(file),
  },
  {
    name: 'no type is given up',
    forbids: /@ts-ignore|@ts-expect-error|\bas any\b|(?<!\?):\s*any\s*([,;)=|&\]{]|$)|<any>/,
    why: 'parse with zod at the edge, or say why the cast is true',
    in: () => true,
  },
  {
    name: 'no error is swallowed without a word',
    forbids: /catch *(\([^)]*\))? *\{ *\}|\.catch\(\(\) *=> *(\{\}|undefined|null)\)(?!.*\/\/)/,
    why: 'expected trouble is a value; a bug throws',
    in: product,
  },
  {
    name: 'the engines name no failure mode',
    forbids: /runtime-dir-permissions|kubelet-lost-contact/,
    why: 'modes are handed to the engines; what a mode knows stays in its folder',
    in: (file) => product(file) && /^src\/(cluster|diagnosis|repair|lab|sources|hands|report)\//.test(file),
  },
]

test.each(rules)('$name', ({ forbids, why, in: applies }) => {
  const found = files.filter(applies).flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, at) =>
        forbids.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [],
      ),
  )
  expect(found, why).toEqual([])
})

test('no failure mode names another', () => {
  const modes = globSync('src/failures/*/index.ts', { cwd: root }).map(
    (file) => file.replaceAll('\\', '/').split('/')[2] as string,
  )
  const found = modes.flatMap((mode) =>
    globSync(`src/failures/${mode}/*.ts`, { cwd: root }).flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      return modes
        .filter((other) => other !== mode && text.includes(other))
        .map((other) => `${file} names ${other}`)
    }),
  )
  expect(found).toEqual([])
})
