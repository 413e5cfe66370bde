import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const saved = '/etc/iptables/ipsets'
const unit = '/etc/systemd/system/netfilter-persistent.service'
const kernels = { old: '5.15.0-136-generic', new: '6.8.0-52-generic' } as const

/** As Debian's ipset-persistent does it. */
const restoring = `[Unit]
Description=netfilter persistent configuration
Before=kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/ipset restore -exist -file ${saved}

[Install]
WantedBy=multi-user.target
`

/**
 * A node with a newer kernel and ipset brings back at each boot what somebody saved there, Calico's own sets among it: that of addresses
 * is made in a revision that the ipset in calico-node's image does not know (projectcalico/calico issues 9551, 10676, 11051).
 */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    restored: {
      says: 'upgraded to Ubuntu 24.04, the node restores at boot the IP sets that were saved there, Calico’s too',
      change: `mkdir -p /etc/iptables
ipset save > ${saved}
cat > ${unit} <<'END'
${restoring}END
systemctl enable netfilter-persistent.service
mkdir -p /lib/modules/${kernels.new}
cp /lib/modules/${kernels.old}/* /lib/modules/${kernels.new}/
cp /boot/vmlinuz-${kernels.old} /boot/vmlinuz-${kernels.new}
ln -sfn vmlinuz-${kernels.new} /boot/vmlinuz
sed -i 's/22\\.04\\.5/24.04.1/; s/22\\.04/24.04/; s/Jammy Jellyfish/Noble Numbat/; s/jammy/noble/' /etc/os-release`,
      // The upgrade stays: by itself it harms nothing.
      undo: `systemctl disable netfilter-persistent.service
rm -rf ${unit} ${saved}`,
    },
  },
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: 8 * minutes,
})
