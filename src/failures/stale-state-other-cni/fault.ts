import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const unit = 'flannel-device.service'

/**
 * As nodes of flannel are set up that work together with Windows, whose VXLAN knows no other number and port: Calico's are the same.
 *
 * @see flannel-io/flannel:Documentation/backends.md (VXLAN: VNI, Port)
 */
const text = `[Unit]
Description=Device of flannel
After=network.target
Before=kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/ip link add flannel.1 type vxlan id 4096 dev eth0 dstport 4789 nolearning
ExecStart=/usr/bin/ip link set flannel.1 up

[Install]
WantedBy=multi-user.target
`

/** Of the network that was there before Calico, a unit is left that makes its device at each boot, before Felix makes its own. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened'],
  lab: { encapsulation: 'vxlan' },
  variants: {
    'flannel-unit': {
      says: 'a unit of the flannel that was there before still makes flannel.1, with the number and port of Calico’s VXLAN',
      change: `cat > /etc/systemd/system/${unit} <<'END'
${text}END
systemctl daemon-reload
systemctl enable ${unit}`,
      undo: `systemctl disable ${unit}
rm /etc/systemd/system/${unit}
systemctl daemon-reload
ip link delete flannel.1`,
    },
  },
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: 8 * minutes,
})
