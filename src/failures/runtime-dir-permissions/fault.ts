import type { Fault, LabControl, Strike } from '#lab/fault.ts'

const entry = '/etc/tmpfiles.d/calico.conf'
const source = '/var/lib/os-update'
const provisioned = 'd /run/calico 0755 10001 0'

/** What the new version of the package brings in place of the customised file. */
const brings: Readonly<Record<string, string>> = {
  mode: 'd /run/calico 0600 10001 0',
  owner: 'd /run/calico 0700 0 0',
}

/**
 * An OS update on every node replaces the tmpfiles.d file that the platform team keeps for Calico's runtime folder. The
 * folder of a running node stays as it is; the next boot makes it anew, on a tmpfs, as the new file says.
 */
export const fault: Fault = {
  flavours: ['hardened'],
  variants: {
    mode: "the package's default takes away search permission (0600 10001 0): chmod 755 cures until the next boot",
    owner: "the package's default is root's alone (0700 0 0): chmod does not cure, chown does",
    missing:
      'the update removes the file; kubelet then makes the folder 0755 root:root: chmod 755 changes nothing',
  },
  change: async (lab, { variant }) => {
    for (const node of lab.nodes) await update(lab, node, variant)
  },
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: () => 8 * 60_000,
  undo: async (lab) => {
    for (const node of lab.nodes) await lab.exec(node, `${provision}\nsystemd-tmpfiles --create ${entry}`)
  },
  subjects: ({ node }: Strike) => [{ kind: 'node', name: node }],
}

const provision = `printf '%s\\n' '${provisioned}' > ${entry} && chmod 644 ${entry}`

async function update(lab: LabControl, node: string, variant: string): Promise<void> {
  const content = brings[variant]
  const packaged = `${source}/files${entry}`
  const fill =
    content === undefined
      ? `rm -rf ${source}/files && printf '%s\\n' '${entry}' > ${source}/removed`
      : `mkdir -p $(dirname ${packaged}) && printf '%s\\n' '${content}' > ${packaged} && chmod 644 ${packaged}`
  await lab.exec(
    node,
    `mkdir -p ${source}\nprintf 'calico-host 3.29.3-2\\n' > ${source}/package\n${fill}\nos-update`,
  )
}
