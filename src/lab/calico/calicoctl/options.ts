/** What a command line of calicoctl asks for. */
export interface Options {
  readonly output: string | undefined
  readonly file: string | undefined
  readonly namespace: string | undefined
  readonly allNamespaces: boolean
  readonly exportOnly: boolean
  readonly skipExists: boolean
  readonly patch: string | undefined
  readonly rest: readonly string[]
}

/** Options may stand anywhere, with `=`, apart, or attached to their letter. */
export function optionsOf(words: readonly string[]): Options {
  const left = words.flatMap((word) =>
    /^--\w[\w-]*=/.test(word) ? word.split(/=(.*)/s).slice(0, 2) : [word],
  )
  const found = new Map<string, string>()
  const rest: string[] = []
  const short: Readonly<Record<string, string>> = {
    '-o': '--output',
    '-f': '--filename',
    '-n': '--namespace',
    '-p': '--patch',
    '-c': '--config',
    '-a': '--all-namespaces',
    '-A': '--all-namespaces',
  }
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [, letter, attached] = /^(-[ofnpc])(.+)$/.exec(word) ?? []
    const name = short[letter ?? word] ?? word
    if (attached !== undefined) found.set(name, attached)
    else if (['--output', '--filename', '--namespace', '--patch', '--config', '--type'].includes(name))
      found.set(name, left.shift() ?? '')
    else if (name.startsWith('--')) found.set(name, '')
    else rest.push(word)
  }
  return {
    output: found.get('--output'),
    file: found.get('--filename'),
    namespace: found.get('--namespace'),
    allNamespaces: found.has('--all-namespaces'),
    exportOnly: found.has('--export'),
    skipExists: found.has('--skip-exists') || found.has('--skip-not-exists'),
    patch: found.get('--patch'),
    rest,
  }
}
