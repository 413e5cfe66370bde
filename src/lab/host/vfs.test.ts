import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { root, user } from '#lab/host/credentials.ts'
import { type Capability, type Credentials, Errno, type Tree } from '#lab/host/ports.ts'
import {
  FileSystem,
  Inode,
  MountNamespace,
  mountOf,
  system,
  treeNode,
  type View,
  walk,
} from '#lab/host/vfs.ts'

const tree: Tree = [
  { path: '/usr/bin/tool', kind: 'file', text: 'tool', mode: 0o755 },
  { path: '/bin', kind: 'symlink', target: 'usr/bin' },
  { path: '/bin/late', kind: 'file', text: 'through the link' },
  { path: '/etc/hostname', kind: 'file', text: 'host\n' },
  { path: '/etc/shadow', kind: 'file', text: 'secret', mode: 0o640, gid: 42 },
  { path: '/etc/hostname', kind: 'file', text: 'later wins\n' },
  { path: '/loop', kind: 'symlink', target: '/loop' },
  { path: '/out', kind: 'symlink', target: '../../../etc/hostname' },
  { path: '/dangling', kind: 'symlink', target: '/tmp/new' },
  { path: '/tmp', kind: 'directory', mode: 0o1777 },
  { path: '/private', kind: 'directory', mode: 0o600, uid: 10001 },
  { path: '/private/f', kind: 'file', text: 'inside', uid: 10001 },
  { path: '/team', kind: 'directory', mode: 0o2775, gid: 7 },
]

const fresh = (as: Credentials = root): View => {
  const fs = new FileSystem('ext4', { host: { nowMs: 1_000, moved: () => {} } })
  return {
    mounts: new MountNamespace(mountOf(Inode.over(fs, treeNode(tree)), { path: '/' })),
    credentials: as,
    cwd: '/',
  }
}

const capable = (...names: Capability[]): Credentials => {
  const set = new Set(names)
  return user({ uid: 500, bounding: set, ambient: set })
}
const somebody = capable()

/** `ok`, or the name of the refusal. */
const outcome = (body: () => unknown): string => {
  try {
    body()
    return 'ok'
  } catch (error) {
    if (error instanceof Errno) return error.code
    throw error
  }
}

describe('what is as in the tree below', () => {
  const at = (view: View, path: string): Inode => walk(view, path, true).inode as Inode

  test.each<readonly [string, (view: View) => unknown]>([
    ['is read', (view) => system.read(view, '/etc/shadow')],
    ['is listed', (view) => system.list(view, '/usr')],
    ['is looked for', (view) => system.access(view, '/usr/bin/tool', 'x')],
    ['has something missing', (view) => system.exists(view, '/usr/bin/other')],
  ])('is not kept because it %s', (_, look) => {
    const view = fresh()
    look(view)
    expect(at(view, '/usr')).not.toBe(at(view, '/usr'))
    expect(at(view, '/etc/shadow')).not.toBe(at(view, '/etc/shadow'))
  })

  test.each<readonly [string, (view: View) => unknown]>([
    ['has another mode', (view) => system.chmod(view, '/usr/bin/tool', 0o700)],
    ['has another owner', (view) => system.chown(view, '/usr/bin/tool', 7, 7)],
    ['has another time', (view) => system.touch(view, '/usr/bin/tool', 5)],
    ['was written to', (view) => system.write(view, '/usr/bin/tool', 'other')],
    ['has another name, too', (view) => system.link(view, '/usr/bin/tool', '/tmp/tool')],
    ['was told apart from others', (view) => system.stat(view, '/usr/bin/tool')],
    ['is open', (view) => system.openForWriting(view, '/usr/bin/tool', { append: true })],
  ])('is kept, with the directories on the way, once it %s', (_, change) => {
    const view = fresh()
    change(view)
    for (const path of ['/usr', '/usr/bin', '/usr/bin/tool']) expect(at(view, path)).toBe(at(view, path))
  })

  test('a mount over a directory, and one that shows it elsewhere, hold it', () => {
    const view = fresh()
    const [usr, etc] = [walk(view, '/usr', true), walk(view, '/etc', true)]
    const shown = { mount: etc.mount, inode: etc.inode as Inode, path: '/etc' }
    view.mounts.bind({ mount: usr.mount, inode: usr.inode as Inode }, shown, { path: '/usr' })
    system.chmod(view, '/etc/hostname', 0o600)
    expect(system.stat(view, '/usr/hostname').mode).toBe(0o600)
  })

  test('a directory does not move into itself by a name that nobody has looked at', () => {
    const view = fresh()
    expect(outcome(() => system.rename(view, '/usr', '/usr/bin/usr'))).toBe('EINVAL')
  })

  test('what moves away takes with it what it has of the tree', () => {
    const view = fresh()
    system.rename(view, '/usr', '/tmp/usr')
    expect(system.read(view, '/tmp/usr/bin/tool')).toBe('tool')
    expect(system.exists(view, '/usr')).toBe(false)
  })
})

describe('a tree', () => {
  test('later entries win, and land where links lead', () => {
    expect(system.read(fresh(), '/etc/hostname')).toBe('later wins\n')
    expect(system.read(fresh(), '/usr/bin/late')).toBe('through the link')
  })

  test('is parsed once and never written to', () => {
    const [one, other] = [fresh(), fresh()]
    system.write(one, '/etc/hostname', 'changed')
    system.remove(one, '/usr', { recursive: true })
    expect(system.exists(one, '/bin/tool')).toBe(false)
    expect(system.read(other, '/etc/hostname')).toBe('later wins\n')
    expect(system.read(other, '/bin/tool')).toBe('tool')
    expect(treeNode(tree)).toBe(treeNode(tree))
  })
})

describe('paths', () => {
  test.each([
    ['/etc/hostname', 'ok'],
    ['etc/hostname', 'ok'],
    ['//etc/./../etc/hostname', 'ok'],
    ['/../../etc/hostname', 'ok'],
    ['/out', 'ok'],
    ['/etc/hostname/', 'ENOTDIR'],
    ['/etc/hostname/x', 'ENOTDIR'],
    ['/nowhere', 'ENOENT'],
    ['/nowhere/x', 'ENOENT'],
    ['/etc', 'EISDIR'],
    ['/loop', 'ELOOP'],
    ['/dangling', 'ENOENT'],
    ['', 'ENOENT'],
  ])('reading %j: %s', (path, expected) => {
    expect(outcome(() => system.read(fresh(), path))).toBe(expected)
  })

  test('writing through a dangling link makes its target', () => {
    const view = fresh()
    system.write(view, '/dangling', 'x')
    expect(system.read(view, '/tmp/new')).toBe('x')
  })

  test('whatever the path, the root is never left and refusals are errnos', () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'etc',
      'bin',
      'out',
      'loop',
      'tmp',
      'hostname',
      'x',
      'private',
      'dangling',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.boolean(), (parts, follow) => {
        const view = fresh(somebody)
        const refusal = outcome(() => {
          const found = walk(view, `/${parts.join('/')}`, follow)
          expect(found.names).not.toContain('..')
        })
        expect(['ok', 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP']).toContain(refusal)
      }),
    )
  })
})

describe('mkdir -p', () => {
  /** One directory after the other, by the name that each has then. */
  const stepwise = (view: View, path: string): void => {
    const names = path.split('/').slice(1)
    for (const [at] of names.entries()) {
      const prefix = `/${names.slice(0, at + 1).join('/')}`
      if (!system.exists(view, prefix)) system.mkdir(view, prefix)
      else if (at === names.length - 1 && system.stat(view, prefix).kind !== 'directory')
        throw new Errno('EEXIST', path)
    }
  }

  test.each([
    ['/tmp/a/b/c', 'ok'],
    ['/tmp', 'ok'],
    ['/etc/hostname', 'EEXIST'],
    ['/etc/hostname/x', 'ENOTDIR'],
    ['/out/a/b', 'ENOTDIR'],
    ['/bin/a/b', 'EACCES'],
    ['/tmp/a/../b', 'ok'],
    ['/private/a/b', 'EACCES'],
    ['/loop/a', 'ELOOP'],
  ])('%s: %s, as one mkdir after the other', (path, expected) => {
    const [one, other] = [fresh(somebody), fresh(somebody)]
    expect(outcome(() => system.mkdir(one, path, { parents: true }))).toBe(expected)
    outcome(() => stepwise(other, path))
    for (const folder of ['/tmp', '/tmp/a', '/tmp/a/b', '/tmp/a/b/c', '/tmp/b'])
      expect(system.exists(one, folder)).toBe(system.exists(other, folder))
  })

  test('a way that is refused half-way is refused by the name of the directory that could not be made', () => {
    expect(() => system.mkdir(fresh(somebody), '/bin/a/b', { parents: true })).toThrow(
      expect.objectContaining({ code: 'EACCES', path: '/bin/a' }),
    )
  })
})

describe('permission', () => {
  const reads = (view: View) => system.read(view, '/etc/shadow')
  test.each<[string, Credentials, (view: View) => unknown, string]>([
    ['nobody reads 0640', somebody, reads, 'EACCES'],
    ['a member of the group does', user({ uid: 500, groups: [42] }), reads, 'ok'],
    ['DAC_OVERRIDE does', capable('DAC_OVERRIDE'), reads, 'ok'],
    ['DAC_READ_SEARCH does', capable('DAC_READ_SEARCH'), reads, 'ok'],
    [
      'DAC_READ_SEARCH writes nothing',
      capable('DAC_READ_SEARCH'),
      (v) => system.write(v, '/etc/shadow', ''),
      'EACCES',
    ],
    [
      'uid 0 without capabilities is judged by the bits',
      user({ uid: 0, bounding: new Set() }),
      (v) => system.read(v, '/private/f'),
      'EACCES',
    ],
    ['an owner without x cannot search', user({ uid: 10001 }), (v) => system.read(v, '/private/f'), 'EACCES'],
    ['but may list', user({ uid: 10001 }), (v) => system.list(v, '/private'), 'ok'],
    ['the owner changes the mode', user({ uid: 10001 }), (v) => system.chmod(v, '/private', 0o700), 'ok'],
    ['others do not', somebody, (v) => system.chmod(v, '/private', 0o700), 'EPERM'],
    ['FOWNER does', capable('FOWNER'), (v) => system.chmod(v, '/private', 0o700), 'ok'],
    [
      'the owner cannot give it away',
      user({ uid: 10001 }),
      (v) => system.chown(v, '/private', 0, undefined),
      'EPERM',
    ],
    [
      'but to one of his groups',
      user({ uid: 10001, groups: [7] }),
      (v) => system.chown(v, '/private', undefined, 7),
      'ok',
    ],
    ['CHOWN can', capable('CHOWN'), (v) => system.chown(v, '/private', 0, 0), 'ok'],
    ['making needs w on the folder', somebody, (v) => system.mkdir(v, '/etc/x'), 'EACCES'],
    ['removing too', somebody, (v) => system.remove(v, '/etc/hostname'), 'EACCES'],
    ['a taken name', root, (v) => system.mkdir(v, '/etc'), 'EEXIST'],
    ['a full folder', root, (v) => system.remove(v, '/etc'), 'ENOTEMPTY'],
    ['a folder into itself', root, (v) => system.rename(v, '/usr', '/usr/bin/x'), 'EINVAL'],
    ['a file over a folder', root, (v) => system.rename(v, '/etc/hostname', '/tmp'), 'EISDIR'],
    ['a folder over a file', root, (v) => system.rename(v, '/tmp', '/etc/hostname'), 'ENOTDIR'],
    [
      'execution without any x bit, even for root',
      root,
      (v) => expect(system.access(v, '/etc/hostname', 'x')).toBe(false),
      'ok',
    ],
  ])('%s', (_, as, act, expected) => {
    expect(outcome(() => act(fresh(as)))).toBe(expected)
  })

  test('a sticky folder protects what is not yours', () => {
    const view = fresh()
    system.write(view, '/tmp/f', 'x')
    expect(outcome(() => system.remove({ ...view, credentials: somebody }, '/tmp/f'))).toBe('EPERM')
  })

  test('a setgid folder hands its group down', () => {
    const view = fresh()
    system.mkdir(view, '/team/d')
    system.write(view, '/team/d/f', '')
    expect(system.stat(view, '/team/d')).toMatchObject({ mode: 0o2755, gid: 7 })
    expect(system.stat(view, '/team/d/f')).toMatchObject({ mode: 0o644, gid: 7 })
  })

  test('chown and writing take setuid bits away', () => {
    const view = fresh()
    system.chmod(view, '/bin/tool', 0o4755)
    system.chown(view, '/bin/tool', 0, 0)
    expect(system.stat(view, '/bin/tool').mode).toBe(0o755)
  })

  test('removing and making again gives another inode, and room comes back', () => {
    const view = fresh()
    const before = view.mounts.root.root.fs.usedBytes
    system.write(view, '/tmp/f', 'x'.repeat(5_000))
    const { inode } = system.stat(view, '/tmp/f')
    system.remove(view, '/tmp/f')
    expect(view.mounts.root.root.fs.usedBytes).toBe(before)
    system.write(view, '/tmp/f', '')
    expect(system.stat(view, '/tmp/f').inode).not.toBe(inode)
  })
})
