import type { Fault } from '#lab/fault.ts'
import { addressOf, rollOutWorkload } from '#lab/owner-acts.ts'

const minutes = 60_000
const proxyMachine = 'registry'
const dropIn = '/etc/systemd/system/containerd.service.d/http-proxy.conf'

/**
 * containerd is to pull its images through the data centre's proxy from now on. Its unit says so, and the exceptions name the nodes and
 * not the Services; what containerd starts, CNI plugins too, has its environment.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    'no-way': 'the proxy finds no way to the Service address, which exists on nodes only',
    denied: 'the proxy is not allowed to lead anybody to private addresses',
  },
  change: async (lab, { node, variant }) => {
    if (variant === 'denied') await lab.exec(proxyMachine, `printf '${toPrivate}' > /etc/squid/squid.conf`)
    await lab.exec(proxyMachine, 'systemctl enable --now squid')
    await lab.exec(
      node,
      `mkdir -p ${dropIn.slice(0, dropIn.lastIndexOf('/'))}
printf '[Service]\\nEnvironment="HTTPS_PROXY=%s" "NO_PROXY=%s"\\n' http://${await addressOf(lab, proxyMachine)}:3128 ${exceptions} > ${dropIn}
${reload}`,
    )
  },
  trigger: rollOutWorkload,
  settleMs: () => 5 * minutes,
  undo: async (lab, { node }) => {
    await lab.exec(node, `rm ${dropIn}\n${reload}`)
    await lab.exec(proxyMachine, 'systemctl disable --now squid\n: > /etc/squid/squid.conf')
  },
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

const reload = 'systemctl daemon-reload\nsystemctl restart containerd'
const exceptions = 'localhost,127.0.0.1,10.0.0.0/24'
const toPrivate = 'acl inside dst 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16\\nhttp_access deny inside\\n'
