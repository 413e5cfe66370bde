import { invalidOption, say } from '#lab/host/commands/cli.ts'
import { isErrno, type Program } from '#lab/host/ports.ts'
import { imageOf } from '#lab/host/process/execute.ts'
import { baseName, hostProcess } from '#lab/host/process/process.ts'
import type { Space } from '#lab/host/process/space.ts'
import { childOf } from '#lab/host/process/started-child.ts'
import { ProcessState } from '#lab/host/process/state.ts'

const flags = '-m -u -i -n -p -U -C -a -F -r -w'.split(' ')

/** nsenter(1): `-t PID` with `-n` (network), `-m` (mounts), `-p` (pids, with the root of those), `-u`, `-i`, `-a`. */
export const nsenter: Program = async (p) => {
  const left = p.argv.slice(1)
  const wanted = new Set<string>()
  let target: number | undefined
  for (let word = left[0]; word?.startsWith('-'); word = left[0]) {
    left.shift()
    if (word === '--') break
    const [name = '', value] = word.split('=')
    const cluster = /^-[muinpUCaFrw]{2,}$/.test(word)
      ? [...word.slice(1)].map((letter) => `-${letter}`)
      : [name]
    if (name === '-t' || name === '--target') target = Number(value ?? left.shift())
    else if (/^-t\d+$/.test(name)) target = Number(name.slice(2))
    else if (cluster.every((each) => flags.includes(each))) for (const each of cluster) wanted.add(each)
    else if (/^--(mount|uts|ipc|net|pid|user|cgroup|all)$/.test(name))
      wanted.add(`-${name[2] === 'a' ? 'a' : name[2]}`)
    else return invalidOption(p, word.replace(/^-/, ''))
  }
  const { state } = hostProcess(p)
  if (target === undefined) {
    say(p, 'no target PID specified')
    return 1
  }
  const other = state.space.pids.table.get(target)
  if (other === undefined) {
    say(p, `cannot open /proc/${target}/ns/net: No such file or directory`)
    return 1
  }
  if (!p.credentials.effective.has('SYS_ADMIN')) {
    say(p, "reassociate to namespace 'ns/net' failed: Operation not permitted")
    return 1
  }
  const has = (flag: string): boolean => wanted.has(flag) || wanted.has('-a')
  const own = state.space
  const space: Space = {
    ...own,
    stack: has('-n') ? other.space.stack : own.stack,
    mounts: has('-m') ? other.space.mounts : own.mounts,
    hostname: has('-u') ? other.space.hostname : own.hostname,
    pids: has('-p') ? other.space.pids : own.pids,
  }
  const argv = left.length > 0 ? left : ['bash']
  try {
    const image = imageOf(space, argv, {
      credentials: p.credentials,
      env: p.env,
      cwd: has('-m') ? '/' : p.cwd,
    })
    const child = new ProcessState(space, {
      image,
      stdio: state.stdio,
      name: baseName(argv[0] ?? ''),
      parent: state,
    })
    return (await childOf(child, own).exited(p)).code
  } catch (error) {
    if (!isErrno(error)) throw error
    say(p, `failed to execute ${argv[0]}: ${error.message}`)
    return error.code === 'ENOENT' ? 127 : 126
  }
}
