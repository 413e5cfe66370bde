/** A program of this family: kubectl, or oc, which is made of the same commands and some of its own. */
import type { Command } from '#lab/kubectl/run.ts'
import type { KubectlError } from '#lab/kubectl/trouble.ts'

export interface Tool {
  readonly name: 'kubectl' | 'oc'
  readonly commands: readonly Command[]
  /** What is said of a command that there is not here, but in the real one. */
  refusal(name: string): KubectlError | undefined
}

/**
 * What a command says of itself has the program's name in it (`cmd.CommandPath()`, kubernetes/kubectl:pkg/cmd/util/helpers.go);
 * commands here are written for kubectl. Other words, such as annotations and hints that name kubectl in oc too, stay.
 */
export const inNameOf = ({ name }: Tool, text: string): string =>
  name === 'kubectl' ? text : text.replaceAll(ownName, `$1${name}`)

const ownName = /((?:See|instead of) '|\(e\.g\. '?|(?:Use|for) "|\b(?:this|lab's) )kubectl\b/g
