import { describe, expect, test } from 'vitest'
import { nodeSubject } from '#cluster/subjects.ts'
import { read, rows } from '#sources/text/readers/testing.ts'

describe('host paths', () => {
  const broken = {
    node: 'k8s-worker-03',
    path: '/run/calico',
    exists: true,
    kind: 'directory',
    mode: 0o600,
    uid: 10001,
    gid: 0,
  }

  test.each<[string, string, object]>([
    [
      'ls -ld',
      'root@k8s-worker-03:~# ls -ld /var/run/calico\ndrw------- 2 10001 root 40 Jan  7 06:30 /var/run/calico',
      broken,
    ],
    [
      'ls -l of the folder above',
      'root@k8s-worker-03:~# ls -l /run\ntotal 0\ndrw------- 2 10001 root 40 Jan  7 06:30 calico',
      broken,
    ],
    [
      'stat',
      'root@k8s-worker-03:~# stat /run/calico\n  File: /run/calico\n  Size: 40        \tBlocks: 0          IO Block: 4096   directory\nDevice: 19h/25d\tInode: 1234        Links: 2\nAccess: (0600/drw-------)  Uid: (10001/ UNKNOWN)   Gid: (    0/    root)\nAccess: 2026-01-07 06:30:00.000000000 +0000\nModify: 2026-01-07 06:30:00.000000000 +0000',
      broken,
    ],
    [
      'stat -c as we ask for it',
      '$ ssh k8s-worker-03 stat -c "\'%a %u:%g %n\'" /run/calico\n600 10001:0 /run/calico',
      { node: 'k8s-worker-03', path: '/run/calico', mode: 0o600, uid: 10001 },
    ],
    [
      'stat -c with the kind',
      'root@k8s-worker-03:~# stat -c "%a %u %g %F %n" /run/calico\n600 10001 0 directory /run/calico',
      broken,
    ],
    [
      'a folder that is not there',
      "root@k8s-worker-03:~# ls -ld /run/calico\nls: cannot access '/run/calico': No such file or directory",
      { path: '/run/calico', exists: false },
    ],
    [
      'a name that only its host can resolve',
      'root@k8s-worker-03:~# ls -ld /run/calico\ndrwxr-x--- 2 calico calico 40 Jan  7 06:30 /run/calico',
      { mode: 0o750 },
    ],
    [
      'setgid and sticky',
      'drwxrwsr-t. 2 root root 40 2026-01-07 06:30 /run/calico',
      { mode: 0o3775, uid: 0 },
    ],
  ])('%s', (_, text, row) => {
    expect(rows(text, 'hostPaths')).toMatchObject([row])
  })

  test('a listing without its folder tells of no path', () => {
    expect(rows('drw------- 2 10001 root 40 Jan  7 06:30 calico', 'hostPaths')).toEqual([])
  })
})

describe('tmpfiles.d', () => {
  const answer = `$ ssh k8s-worker-03 grep -rH /run/calico /etc/tmpfiles.d /run/tmpfiles.d /usr/lib/tmpfiles.d
/etc/tmpfiles.d/00-platform-calico.conf:d /run/calico 0755 10001 0
/etc/tmpfiles.d/calico.conf:d /run/calico 0600 10001 0`

  test('of all files, the one that sorts first wins; the reading is complete for that node', () => {
    const { facts } = read(answer)
    expect(facts.rows('tmpfilesEntries')).toMatchObject([
      { file: '/etc/tmpfiles.d/00-platform-calico.conf', mode: 0o755, user: '10001', group: '0', wins: true },
      { file: '/etc/tmpfiles.d/calico.conf', mode: 0o600, wins: false },
    ])
    expect(facts.coverage('tmpfilesEntries', nodeSubject('k8s-worker-03'))).toEqual({ kind: 'complete' })
  })

  test('who wins is decided over several pieces', () => {
    const text = `root@k8s-worker-03:~# cat /etc/tmpfiles.d/calico.conf
d /run/calico 0600 10001 0
root@k8s-worker-03:~# cat /etc/tmpfiles.d/00-platform-calico.conf
# ours
d /run/calico 0755 10001 0 -`
    expect(rows(text, 'tmpfilesEntries')).toMatchObject([
      { file: '/etc/tmpfiles.d/00-platform-calico.conf', wins: true },
      { file: '/etc/tmpfiles.d/calico.conf', wins: false },
    ])
    expect(read(text).facts.coverage('tmpfilesEntries', nodeSubject('k8s-worker-03'))).toEqual({
      kind: 'partial',
    })
  })
})

describe('processes', () => {
  test('grep of /proc, through a pod', () => {
    const text = `$ kubectl exec -n kube-system calico-node-x7k2p -- sh -c 'grep -HE "^(Name|Uid|Gid|Cap)" /proc/[0-9]*/status'
/proc/1/status:Name:\trunsvdir
/proc/1/status:Uid:\t10001\t10001\t10001\t10001
/proc/1/status:Gid:\t0\t0\t0\t0
/proc/70/status:Name:\tbird
/proc/70/status:Uid:\t10001\t10001\t10001\t10001
/proc/70/status:Gid:\t0\t0\t0\t0
/proc/70/status:CapEff:\t0000000000003400
calico-node-x7k2p   1/1   Running   0   52m   10.0.0.23   k8s-worker-03   <none>   <none>`
    expect(rows(text, 'processes')).toEqual([
      {
        node: 'k8s-worker-03',
        program: 'bird',
        uid: 10001,
        gid: 0,
        capabilities: ['NET_BIND_SERVICE', 'NET_ADMIN', 'NET_RAW'],
      },
    ])
  })

  test('ps with a user column', () => {
    const text = `root@k8s-worker-03:~# ps -eo uid,gid,args
  UID   GID COMMAND
    0     0 /usr/bin/containerd
10001     0 bird -R -s /var/run/calico/bird.ctl -d`
    expect(rows(text, 'processes')).toEqual([{ node: 'k8s-worker-03', program: 'bird', uid: 10001, gid: 0 }])
  })
})
