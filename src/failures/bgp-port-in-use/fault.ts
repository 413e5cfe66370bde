import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const unit = '/etc/systemd/system/route-server.service'

/** A program of the host listens on TCP 179 before calico-node does: it was installed while BIRD ran, and wins after a reboot. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    listener: {
      says: "a unit of the host's own, started at boot, listens on TCP 179",
      change: `cat > ${unit} <<'END'
[Unit]
Description=Route server of the rack

[Service]
ExecStart=/bin/nc -l -k -p 179
Restart=always

[Install]
WantedBy=multi-user.target
END
systemctl enable route-server`,
      undo: `systemctl disable --now route-server && rm -f ${unit} && systemctl daemon-reload\nkill $(pidof bird)`,
    },
  },
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: 8 * minutes,
})
