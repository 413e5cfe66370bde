import { nodeFault } from '#lab/node-fault.ts'

const minutes = 60_000
const socket = '/run/calico/bird.ctl'

/** BIRD is started anew, and cannot make its control socket. */
export const fault = nodeFault({
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    directory: {
      says: 'in the place of the socket is a folder, as a mount of a file that is not there makes it',
      change: `rm -f ${socket} && mkdir ${socket} && kill $(pidof bird)`,
      undo: `rmdir ${socket}`,
    },
  },
  settleMs: 8 * minutes,
})
