import { type Files, isErrno, type Process, type Stat } from '#lab/host/ports.ts'

/** What a test looks at: a process's files, seen from a working directory. */
export interface Surroundings {
  readonly p: Process
  path(path: string): string
}

/** A test that cannot be understood: exit code 2. */
export class TestError extends Error {}

const unary = 'bcdefghkprstuwxzLNOGSn'

/** test(1). Throws TestError. */
export async function test(around: Surroundings, args: readonly string[]): Promise<boolean> {
  const parser = new TestParser(around, args)
  return args.length === 0 ? false : parser.whole()
}

class TestParser {
  readonly #around: Surroundings
  readonly #args: readonly string[]
  #at = 0

  constructor(around: Surroundings, args: readonly string[]) {
    this.#around = around
    this.#args = args
  }

  async whole(): Promise<boolean> {
    const value = await this.#either()
    if (this.#at < this.#args.length) throw new TestError('too many arguments')
    return value
  }

  async #either(): Promise<boolean> {
    let value = await this.#both()
    while (this.#takes('-o')) value = (await this.#both()) || value
    return value
  }

  async #both(): Promise<boolean> {
    let value = await this.#not()
    while (this.#takes('-a')) value = (await this.#not()) && value
    return value
  }

  async #not(): Promise<boolean> {
    if (this.#left() > 1 && this.#takes('!')) return !(await this.#not())
    return this.#primary()
  }

  async #primary(): Promise<boolean> {
    const [first, second, third] = this.#args.slice(this.#at)
    if (first === undefined) throw new TestError('argument expected')
    if (second !== undefined && third !== undefined && isBinary(second)) {
      this.#at += 3
      return binaryTest(this.#around, first, second, third)
    }
    if (first === '(' && this.#left() > 2) {
      this.#at++
      const value = await this.#either()
      if (!this.#takes(')')) throw new TestError("`)' expected")
      return value
    }
    if (/^-[a-zA-Z]$/.test(first) && second !== undefined && unary.includes(first.slice(1))) {
      this.#at += 2
      return unaryTest(this.#around, first, second)
    }
    if (/^-[a-zA-Z]$/.test(first) && second !== undefined)
      throw new TestError(`${first}: unary operator expected`)
    this.#at++
    return first !== ''
  }

  #left(): number {
    return this.#args.length - this.#at
  }

  #takes(word: string): boolean {
    if (this.#args[this.#at] !== word) return false
    this.#at++
    return true
  }
}

const binaryOperators: readonly string[] = [
  '=',
  '==',
  '!=',
  '<',
  '>',
  '-eq',
  '-ne',
  '-lt',
  '-le',
  '-gt',
  '-ge',
  '-nt',
  '-ot',
  '-ef',
]

const isBinary = (word: string): boolean => binaryOperators.includes(word)

export async function unaryTest(around: Surroundings, operator: string, operand: string): Promise<boolean> {
  if (operator === '-z') return operand === ''
  if (operator === '-n') return operand !== ''
  if (operator === '-t') return false
  const { files, credentials } = around.p
  const path = around.path(operand)
  if (operator === '-r' || operator === '-w' || operator === '-x')
    return files.access(path, operator.slice(1) as 'r' | 'w' | 'x') // one of the three, just compared
  const isLink = operator === '-L' || operator === '-h'
  const stat = await statOf(files, path, isLink)
  if (stat === undefined) return false
  switch (operator) {
    case '-f':
      return stat.kind === 'file'
    case '-d':
      return stat.kind === 'directory'
    case '-L':
    case '-h':
      return stat.kind === 'symlink'
    case '-S':
      return stat.kind === 'socket'
    case '-c':
      return stat.kind === 'device'
    case '-b':
    case '-p':
      return false
    case '-s':
      return stat.size > 0
    case '-u':
      return (stat.mode & 0o4000) !== 0
    case '-g':
      return (stat.mode & 0o2000) !== 0
    case '-k':
      return (stat.mode & 0o1000) !== 0
    case '-O':
      return stat.uid === credentials.euid
    case '-G':
      return stat.gid === credentials.gid
    default:
      return true
  }
}

export async function binaryTest(
  around: Surroundings,
  left: string,
  operator: string,
  right: string,
): Promise<boolean> {
  switch (operator) {
    case '=':
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '>':
      return left > right
    case '-nt':
    case '-ot':
    case '-ef':
      return compareFiles(around, left, operator, right)
    default:
      return compareNumbers(number(left), operator, number(right))
  }
}

async function compareFiles(
  around: Surroundings,
  left: string,
  operator: '-nt' | '-ot' | '-ef',
  right: string,
): Promise<boolean> {
  const a = await statOf(around.p.files, around.path(left), false)
  const b = await statOf(around.p.files, around.path(right), false)
  if (operator === '-ef') return a !== undefined && a.inode === b?.inode
  const difference = (a?.mtimeMs ?? -1) - (b?.mtimeMs ?? -1)
  return operator === '-nt' ? difference > 0 : difference < 0
}

function compareNumbers(a: number, operator: string, b: number): boolean {
  switch (operator) {
    case '-eq':
      return a === b
    case '-ne':
      return a !== b
    case '-lt':
      return a < b
    case '-le':
      return a <= b
    case '-gt':
      return a > b
    case '-ge':
      return a >= b
    default:
      throw new TestError(`${operator}: binary operator expected`)
  }
}

function number(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new TestError(`${text}: integer expression expected`)
  return Number(text)
}

async function statOf(files: Files, path: string, link: boolean): Promise<Stat | undefined> {
  try {
    return await (link ? files.lstat(path) : files.stat(path))
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
