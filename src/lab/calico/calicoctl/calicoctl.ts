/**
 * `calicoctl` on a host, over the Kubernetes datastore: version, node status|checksystem|diags, get, create, apply, replace, delete, patch,
 * label, ipam show|check|release|configure.
 *
 * Not imitated: most validation of what is written, ipam split, convert, datastore migrate,
 * cluster diags, workload endpoints and profiles other than in tables; -o go-template, custom-columns, ps.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands
 */
import { KubeError, KubeUnreachable } from '#lab/api/ports.ts'
import { checkSystem } from '#lab/calico/calicoctl/checksystem.ts'
import { datastore } from '#lab/calico/calicoctl/datastore.ts'
import { diags } from '#lab/calico/calicoctl/diags.ts'
import { get } from '#lab/calico/calicoctl/get.ts'
import { ipamCheck, ipamShow } from '#lab/calico/calicoctl/ipam.ts'
import { ipamConfigure, ipamRelease } from '#lab/calico/calicoctl/ipam-change.ts'
import { label } from '#lab/calico/calicoctl/label.ts'
import { nodeStatus } from '#lab/calico/calicoctl/node-status.ts'
import { optionsOf } from '#lab/calico/calicoctl/options.ts'
import { patch } from '#lab/calico/calicoctl/patch.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import { readUsage } from '#lab/calico/calicoctl/usage.ts'
import { version } from '#lab/calico/calicoctl/version.ts'
import { write } from '#lab/calico/calicoctl/write.ts'
import type { Process, Program } from '#lab/host/ports.ts'

export const calicoctl: Program = async (p) => {
  try {
    const { words, help } = readUsage(p.argv.slice(1).filter((word) => word !== '--allow-version-mismatch'))
    if (help === undefined) return await perform(p, words)
    p.stdout.write(help)
    return 0
  } catch (error) {
    if (error instanceof Refusal) {
      p.stdout.write(error.before)
      p.stderr.write(`${error.message}\n`)
    } else if (error instanceof KubeUnreachable || error instanceof KubeError)
      p.stderr.write(`${error.message}\n`)
    else throw error
    return 1
  }
}

async function perform(p: Process, words: readonly string[]): Promise<number> {
  const [verb, what] = words
  switch (verb) {
    case 'version':
      return version(p)
    case 'node':
      if (what === 'status') return nodeStatus(p)
      if (what === 'checksystem') return checkSystem(p)
      if (what === 'diags') return diags(p, words.slice(2))
      throw new Refusal(`Invalid option: 'calicoctl node ${what ?? ''}'`)
    case 'get':
      return get(p, words.slice(1))
    case 'create':
    case 'apply':
    case 'replace':
    case 'delete':
      return write(p, verb, words.slice(1))
    case 'patch':
      return patch(p, words.slice(1))
    case 'label':
      return label(p, await datastore(p), {
        words: optionsOf(words.slice(1)).rest.concat(
          words.filter((word) => /^--(remove|overwrite)$/.test(word)),
        ),
        namespace: optionsOf(words).namespace,
      })
    case 'ipam':
      if (what === 'show') return ipamShow(p, await datastore(p), words.slice(2))
      if (what === 'check') return ipamCheck(p, await datastore(p), words.slice(2))
      if (what === 'release') return ipamRelease(p, await datastore(p), words.slice(2))
      if (what === 'configure') return ipamConfigure(p, await datastore(p), words.slice(2))
      throw new Refusal(`Invalid option: 'calicoctl ipam ${what ?? ''}'`)
    default:
      throw new Refusal(`Unknown command: "${verb ?? ''}"\n\nUse "calicoctl --help" to see the commands.`)
  }
}
