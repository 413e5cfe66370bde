/** The objects that a changing command is about: by names, by labels, by files. */

import { nameOf } from '#lab/kubectl/client.ts'
import type { Flag } from '#lab/kubectl/flags.ts'
import { bool } from '#lab/kubectl/flags.ts'
import { collect, type Found, getOne } from '#lab/kubectl/lists.ts'
import { manifests } from '#lab/kubectl/manifest.ts'
import { fileFlags, type Run, selectorFlags } from '#lab/kubectl/run.ts'
import { targetsOf } from '#lab/kubectl/targets.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export const choiceFlags: readonly Flag[] = [
  bool('all'),
  bool('all-namespaces', 'A'),
  ...selectorFlags,
  ...fileFlags,
]

export const nothingChosen = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`

export interface Chosen {
  readonly found: readonly Found[]
  readonly errors: readonly unknown[]
}

/** Reads every object that the arguments name; `empty` is what is said when they name nothing. */
export async function chosen(
  run: Run,
  args: readonly string[],
  o: { readonly empty?: string; readonly needsChoice?: boolean } = {},
): Promise<Chosen> {
  const { flags } = run
  if (flags.has('filename')) return fromFiles(run)
  if (args.length === 0) throw new KubectlError(o.empty ?? nothingChosen)
  const targets = await targetsOf(run, args)
  const selected = flags.has('selector') || flags.has('field-selector')
  if (targets.kind === 'named' && (selected || flags.on('all')))
    throw new KubectlError('name cannot be provided when a selector is specified')
  if (targets.kind === 'all' && o.needsChoice === true && !selected && !flags.on('all'))
    throw new KubectlError('resource(s) were provided, but no name was specified')
  return collect(run, targets, {
    namespace: flags.on('all-namespaces') ? undefined : run.namespace,
    selector: flags.text('selector'),
    fieldSelector: flags.text('field-selector'),
  })
}

async function fromFiles(run: Run): Promise<Chosen> {
  const found: Found[] = []
  for (const { resource, object, namespace } of await manifests(run))
    found.push({ resource, object: await getOne(run, { resource, name: nameOf(object), namespace }) })
  return { found, errors: [] }
}

/** Carries something out for each; errors are collected with those of finding. */
export async function forEach(
  { found, errors }: Chosen,
  act: (each: Found) => Promise<void>,
): Promise<readonly unknown[]> {
  const all: unknown[] = [...errors]
  for (const each of found) {
    try {
      await act(each)
    } catch (error) {
      all.push(error)
    }
  }
  return all
}
