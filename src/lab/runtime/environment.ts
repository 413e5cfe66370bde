import type { ContainerConfig } from '#lab/runtime/records.ts'

type Environment = Readonly<Record<string, string>>

/**
 * What a process of a container finds: what the kubelet asked for, the home of its user (runc: libcontainer/init_linux.go), and in
 * a terminal which one it is. Not imitated: homes that an image's /etc/passwd gives to users other than root.
 */
export function environmentOf({ env, credentials }: ContainerConfig, tty: boolean): Environment {
  const home = credentials.uid === 0 ? '/root' : '/'
  return { ...(tty ? { ...env, TERM: 'xterm' } : env), HOME: env['HOME'] ?? home }
}
