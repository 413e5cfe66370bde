import { nodeFault } from '#lab/node-fault.ts'

const burstable = '/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/cgroup.max.descendants'
const unit = '/etc/systemd/system/node-tuning.service'
const wanted = '/etc/systemd/system/multi-user.target.wants/node-tuning.service'

/**
 * The same limit as a worker that needs a reboot has, but a unit that a removed agent left on the disk sets it at every boot: the
 * reboot that was tried does not help, a new disk does.
 */
export const fault = nodeFault({
  flavours: ['iks-classic', 'plain'],
  variants: {
    'left-unit': {
      says: 'a unit on the disk limits control groups of pods at every boot',
      change: `cat > ${unit} <<'EOF'
[Unit]
Description=Node tuning
Before=kubelet.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/sh -c 'echo 0 > ${burstable}'

[Install]
WantedBy=multi-user.target
EOF
ln -s ${unit} ${wanted}`,
      undo: `rm -f ${wanted} ${unit}; echo max > ${burstable}`,
    },
  },
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: 12 * 60_000,
})
