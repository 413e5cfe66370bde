/** A command as a person types it in a POSIX shell: words joined by spaces, quoted where the shell would touch them. */
export const commandLine = (argv: readonly string[]): string => argv.map(shellWord).join(' ')

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/

/** One word, in single quotes unless it is harmless without. */
export const shellWord = (word: string): string =>
  plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
