// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell scripts are full of them
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { user } from '#lab/host/credentials.ts'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { testMachine } from '#lab/host/testing.ts'

const tree = baseOs({ hostname: 'k8s-worker-01' })
const booted = () => testMachine({ tree, programs: hostPrograms })

/** script → stdout, stderr, code. Left out: nothing, nothing, 0. */
type Row = [script: string, stdout: string, stderr?: string, code?: number]

const rows: Row[] = [
  // words and quotes
  ['echo hello world', 'hello world\n'],
  ["echo 'a  b'  c", 'a  b c\n'],
  ['x="a  b"; echo $x; echo "$x"', 'a b\na  b\n'],
  ['echo "it\'s" \\$x "\\$x" \'$x\'', "it's $x $x $x\n"],
  ['x=; echo [$x] ["$x"] "" end', '[] []  end\n'],
  ['set -- a "b c" d; echo $#; for i in "$@"; do echo "<$i>"; done', '3\n<a>\n<b c>\n<d>\n'],
  ['set -- a b; echo "$*" "${*}"', 'a b a b\n'],
  ['echo {a,b}{1,2} x{1..3}', 'a1 a2 b1 b2 x1 x2 x3\n'],
  ['IFS=:; x=a:b::c; for i in $x; do echo [$i]; done', '[a]\n[b]\n[]\n[c]\n'],
  ["echo $'tab\\there'", 'tab\there\n'],
  ['echo ~ ~root/x', '/root /root/x\n'],
  // parameters
  ['echo ${x:-default} ${x-unset} ${#PATH}', 'default unset 60\n'],
  ['x=calico-node.tar.gz; echo ${x%.*} ${x%%.*} ${x#*.} ${x##*.}', 'calico-node.tar calico-node tar.gz gz\n'],
  ['x=banana; echo ${x/a/o} ${x//a/o} ${x:1:3} ${x^} ${x^^}', 'bonana bonono ana Banana BANANA\n'],
  [
    'a=(one "two three" four); echo ${a[1]} ${#a[@]}; for i in "${a[@]}"; do echo "$i"; done',
    'two three 3\none\ntwo three\nfour\n',
  ],
  ['echo ${x:?is missing}; echo never', '', 'sh: x: is missing\n', 1],
  ['set -u; echo $nothing; echo never', '', 'sh: nothing: unbound variable\n', 1],
  ['x=1; x=2 true; echo $x', '1\n'],
  ['x=5 sh -c \'echo $x\'; echo "[$x]"', '5\n[]\n'],
  ["export A=1; sh -c 'echo $A'", '1\n'],
  // arithmetic
  ['x=7; echo $((x * 2 + 1)) $((x % 4)) $((x > 3 ? 10 : 20)) $(( (1 + 2) * 3 ))', '15 3 10 9\n'],
  ['i=0; while [ $i -lt 3 ]; do i=$((i + 1)); done; echo $i', '3\n'],
  ['for ((i = 0; i < 3; i++)); do printf "%d " $i; done; echo', '0 1 2 \n'],
  ['echo $((1 / 0)); echo never', '', 'sh: division by 0\n', 1],
  // control
  ['true && echo yes || echo no; false && echo yes || echo no', 'yes\nno\n'],
  ['if [ -d /etc ]; then echo dir; elif true; then echo other; else echo none; fi', 'dir\n'],
  ['case kubelet.service in *.timer) echo t;; kube*) echo k;; *) echo x;; esac', 'k\n'],
  ['for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done', '1\n3\n'],
  ['while true; do echo once; break; done; until false; do break; done; echo $?', 'once\n0\n'],
  ['f() { local x=in; echo $x $1; return 3; }; x=out; f arg; echo $? $x', 'in arg\n3 out\n'],
  ['! false; echo $?; ! true; echo $?', '0\n1\n'],
  ['(x=1; exit 4); echo $? [$x]', '4 []\n'],
  ['{ echo a; echo b; } | wc -l', '2\n'],
  ['set -e; false || echo saved; if false; then :; fi; false; echo never', 'saved\n', '', 1],
  ['exit 300', '', '', 44],
  ['trap "echo bye" EXIT; echo hi; exit 3', 'hi\nbye\n', '', 3],
  ['eval "echo a; echo b"', 'a\nb\n'],
  ['if true; then', '', 'sh: syntax error: unexpected end of file\n', 2],
  // pipes, redirections, substitution
  ['echo one two | tr " " "\\n" | sort -r', 'two\none\n'],
  ['echo $(echo a; echo b) "$(printf "x\\n\\n")"', 'a b x\n'],
  ['echo `echo nested $(echo deep)`', 'nested deep\n'],
  ['false | true; echo $?; set -o pipefail; false | true; echo $?', '0\n1\n'],
  ['echo out; echo err >&2', 'out\n', 'err\n'],
  ['{ echo out; echo err >&2; } 2>&1 | sort', 'err\nout\n'],
  ['echo a > /tmp/f; echo b >> /tmp/f; cat < /tmp/f', 'a\nb\n'],
  ['cat <<EOF\nhost $(hostname)\n\\$x\nEOF', 'host k8s-worker-01\n$x\n'],
  ["cat <<'EOF'\n$x\nEOF", '$x\n'],
  ['cat <<< "here $((1+1))"', 'here 2\n'],
  ['printf "a b\\nc d\\n" | while read x y; do echo "$y $x"; done', 'b a\nd c\n'],
  ['echo hidden > /dev/null; ls /nowhere 2>/dev/null; echo $?', '2\n'],
  ['exec 2>&1; ls /nowhere', "ls: cannot access '/nowhere': No such file or directory\n", '', 2],
  // refusals, word by word
  ['nonsense', '', 'sh: nonsense: command not found\n', 127],
  ['/nowhere/x', '', 'sh: /nowhere/x: No such file or directory\n', 127],
  ['/etc', '', 'sh: /etc: Is a directory\n', 126],
  ['/etc/hostname', '', 'sh: /etc/hostname: Permission denied\n', 126],
  ['cat < /nowhere', '', 'sh: /nowhere: No such file or directory\n', 1],
  ['echo x > /etc', '', 'sh: /etc: Is a directory\n', 1],
  ['cd /nowhere', '', 'sh: cd: /nowhere: No such file or directory\n', 1],
  ['cat /nowhere /etc/hostname', 'k8s-worker-01\n', 'cat: /nowhere: No such file or directory\n', 1],
  ['cat /etc', '', 'cat: /etc: Is a directory\n', 1],
  [
    'rm /nowhere; rm -f /nowhere; rm /etc',
    '',
    "rm: cannot remove '/nowhere': No such file or directory\nrm: cannot remove '/etc': Is a directory\n",
    1,
  ],
  [
    'mkdir /etc; mkdir -p /etc; mkdir /a/b',
    '',
    "mkdir: cannot create directory '/etc': File exists\nmkdir: cannot create directory '/a/b': No such file or directory\n",
    1,
  ],
  ['rmdir /etc', '', "rmdir: failed to remove '/etc': Directory not empty\n", 1],
  ['chmod 9999 /etc', '', "chmod: invalid mode: '9999'\n", 1],
  ['chown calico /etc', '', "chown: invalid user: 'calico'\n", 1],
  ['mv /nowhere /tmp', '', "mv: cannot stat '/nowhere': No such file or directory\n", 1],
  ['cp /etc /tmp/x', '', "cp: -r not specified; omitting directory '/etc'\n", 1],
  ['stat /nowhere', '', "stat: cannot statx '/nowhere': No such file or directory\n", 1],
  ['grep x /nowhere', '', 'grep: /nowhere: No such file or directory\n', 2],
  ['head /nowhere', '', "head: cannot open '/nowhere' for reading: No such file or directory\n", 1],
  ['find /nowhere', '', "find: '/nowhere': No such file or directory\n", 1],
  ['ls -Q', '', "ls: invalid option -- 'Q'\nTry 'ls --help' for more information.\n", 2],
  ['[ a -eq 1 ]', '', 'sh: [: a: integer expression expected\n', 2],
  ['kill 99999', '', 'sh: kill: (99999) - No such process\n', 1],
  // commands
  ['mkdir -m 600 /run/c; stat -c "%a %u %g %U %G %n %F" /run/c', '600 0 0 root root /run/c directory\n'],
  [
    'mkdir /run/d; chown 10001:0 /run/d; chmod 755 /run/d; stat -c "%a %u %g" /run/d; ls -ld /run/d',
    '755 10001 0\ndrwxr-xr-x 2 10001 root 4096 Jan  7 06:00 /run/d\n',
  ],
  ['cd /run; touch f; chmod u+x,go-r f; stat -c %a f; chmod +x f; stat -c %A f', '700\n-rwx--x--x\n'],
  [
    'cd /tmp; touch b a; ln -s a l; ls; ls -a | head -n 2; readlink l; readlink -f l',
    'a\nb\nl\n.\n..\na\n/tmp/a\n',
  ],
  ['printf "b\\na\\nb\\n" | sort | uniq -c', '      1 a\n      2 b\n'],
  ['printf "a:b:c\\n" | cut -d: -f2,3', 'b:c\n'],
  ['printf "1\\n10\\n9\\n" | sort -n | tail -n 1', '10\n'],
  ['echo "up 1 down" | sed -e "s/[0-9]/N/; s/up/UP/"', 'UP N down\n'],
  ['printf "a\\nb\\nc\\n" | sed -n "2p"; printf "a\\nb\\nc\\n" | sed "/b/,$ d"', 'b\na\n'],
  [
    'printf "d /run/calico 0600 10001 0\\n" > /tmp/c; sed -i "s/0600/0755/" /tmp/c; cat /tmp/c',
    'd /run/calico 0755 10001 0\n',
  ],
  [
    'printf "x\\ny\\nxy\\n" | grep -c x; printf "x\\ny\\n" | grep -vn x; printf "ab\\n" | grep -oE "a|b"',
    '2\n2:y\na\nb\n',
  ],
  [
    'grep -rn tmpfiles /etc/nothing /etc/hostname; echo $?',
    '2\n',
    'grep: /etc/nothing: No such file or directory\n',
  ],
  [
    'mkdir -p /tmp/t/u; touch /tmp/t/u/x.log /tmp/t/y; find /tmp/t -name "*.log" -o 2>/dev/null; find /tmp/t -type f',
    '/tmp/t/u/x.log\n/tmp/t/y\n',
  ],
  ['printf "a b c" | xargs -n1 echo; echo x | xargs -I{} echo "<{}>"', 'a\nb\nc\n<x>\n'],
  ['echo abc | tee /tmp/tee | wc -c; cat /tmp/tee', '4\nabc\n'],
  ['date -u +%FT%TZ; sleep 90; date +%s', '2026-01-07T06:00:01Z\n1767765691\n'],
  ['sleep 1000 & kill $!; wait $!; echo $?', '143\n'],
  [
    'id; whoami; id -u nobody; hostname; basename /a/b.c .c; dirname /a/b',
    'uid=0(root) gid=0(root) groups=0(root)\nroot\n65534\nk8s-worker-01\nb\n/a\n',
  ],
  [
    'printf "%s=%03d %-4s|\\n" a 7 x b 42 y; printf "%x %o %c\\n" 255 8 hello',
    'a=007 x   |\nb=042 y   |\nff 10 h\n',
  ],
  [
    'sysctl -w net.ipv4.ip_forward=1; cat /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv4/ip_forward; sysctl -n net.ipv4.ip_forward',
    'net.ipv4.ip_forward = 1\n1\n0\n',
  ],
  [
    "printf 'a:b\\nc:d\\n' | awk -F: '{print $2, NR}'; ip=x; echo 'k v w' | awk '/k/ {print $NF \"=\" $1}'; printf '1\\n2\\n' | awk 'NR==2'",
    'b 1\nd 2\nw=k\n2\n',
  ],
  ['printf "v3.10\\nv3.9\\n" | sort -V', 'v3.9\nv3.10\n'],
  ['timeout 2 sleep 100; echo $?; timeout 5 echo quick', '124\nquick\n'],
  [
    'printf "#!/bin/sh -e\\necho script \\$0 \\$1\\n" > /tmp/s; chmod +x /tmp/s; /tmp/s arg',
    'script /tmp/s arg\n',
  ],
  ['printf "echo plain $1\\n" > /tmp/p; chmod +x /tmp/p; /tmp/p', 'plain\n'],
  [
    'cp /bin/echo /tmp/copy; /tmp/copy still runs; echo broken > /tmp/copy; /tmp/copy',
    'still runs\n',
    '/tmp/copy: broken: command not found\n',
    127,
  ],
  ['env -i A=1 env; which ls', 'A=1\n/usr/bin/ls\n'],
  ['test -S /run/systemd/private && test -d /run && test ! -e /nowhere && echo ok', 'ok\n'],
  ['[[ kubelet == kube* && 5 -gt 3 ]] && [[ "v3.29.3" =~ ^v([0-9]+) ]] && echo ${BASH_REMATCH[1]}', '3\n'],
  [
    'echo /etc/host* /usr/lib/tmpfiles.d/[st]*.conf /none*',
    '/etc/hostname /etc/hosts /usr/lib/tmpfiles.d/systemd.conf /usr/lib/tmpfiles.d/tmp.conf /none*\n',
  ],
]

describe('sh', () => {
  test.each(rows)('%s', async (script, stdout, stderr = '', code = 0) => {
    const { sh } = await booted()
    expect(await sh(script)).toEqual({ stdout, stderr, code })
  })

  const nobody = user({ uid: 65534, bounding: new Set() })
  const refused: Row[] = [
    ['echo x > /etc/x', '', 'sh: /etc/x: Permission denied\n', 1],
    [
      'cat /root/x; ls /root; cd /root',
      '',
      "cat: /root/x: Permission denied\nls: cannot open directory '/root': Permission denied\nsh: cd: /root: Permission denied\n",
      1,
    ],
    [
      'chmod 777 /etc; chown 65534 /etc',
      '',
      "chmod: changing permissions of '/etc': Operation not permitted\nchown: changing ownership of '/etc': Operation not permitted\n",
      1,
    ],
    [
      'rm /etc/hostname; mv /etc/hostname /tmp; touch /etc/x',
      '',
      "rm: cannot remove '/etc/hostname': Permission denied\nmv: cannot move '/etc/hostname' to '/tmp/hostname': Permission denied\ntouch: cannot touch '/etc/x': Permission denied\n",
      1,
    ],
    [
      'mkdir /run/calico; echo x | tee /etc/x',
      'x\n',
      "mkdir: cannot create directory '/run/calico': Permission denied\ntee: /etc/x: Permission denied\n",
      1,
    ],
    ['sed -i s/k/x/ /etc/hostname', '', "sed: couldn't open temporary file /etc/sed", 4],
    ['test -r /etc/machine-id && ! test -w /etc/machine-id && ! test -x /root/x && echo ok', 'ok\n'],
    ['sysctl -w net.ipv4.ip_forward=1', '', 'sysctl: permission denied on key "net.ipv4.ip_forward"\n', 255],
    ['dmesg', '', 'dmesg: read kernel buffer failed: Operation not permitted\n', 1],
    ['kill 1', '', 'sh: kill: (1) - Operation not permitted\n', 1],
    ['systemctl restart x', '', 'Failed to connect to bus: Permission denied\n', 1],
  ]
  test.each(refused)('as nobody: %s', async (script, stdout, stderr = '', code = 0) => {
    const { sh } = await booted()
    const output = await sh(script, { as: nobody })
    expect({ ...output, stderr: output.stderr.slice(0, stderr.length) }).toEqual({ stdout, stderr, code })
  })

  test('a folder without the x bit shows names and nothing else', async () => {
    const { sh } = await booted()
    await sh('mkdir -m 604 /run/c; touch /run/c/bird.ctl')
    expect(await sh('ls -l /run/c', { as: nobody })).toEqual({
      stdout: 'total 0\n?????????? ? ? ? ?            ? bird.ctl\n',
      stderr: "ls: cannot access '/run/c/bird.ctl': Permission denied\n",
      code: 1,
    })
  })

  test('what nobody reads ends the writer', async () => {
    const { sh, kernel } = await booted()
    const startMs = kernel.nowMs
    expect((await sh('while :; do echo y; done | head -n 2')).stdout).toBe('y\ny\n')
    expect(kernel.nowMs - startMs).toBeLessThan(1000)
  })

  test('an endless loop takes time and can be killed', async () => {
    const { sh } = await booted()
    expect(await sh('(while :; do :; done) & sleep 3; kill -9 $!; wait $!; echo $?')).toMatchObject({
      stdout: '137\n',
    })
  })

  test('a trap runs between two commands, and ends a wait', async () => {
    const { sh } = await booted()
    const script = 'trap "echo caught; exit 7" TERM; (sleep 5; kill $$) & sleep 1000 & wait'
    expect(await sh(script)).toMatchObject({ stdout: 'caught\n', code: 7 })
  })

  test('tail -f follows while others write', async () => {
    const { sh } = await booted()
    const script = 'touch /tmp/l; tail -f /tmp/l & for i in 1 2; do echo $i >> /tmp/l; sleep 2; done; kill $!'
    expect((await sh(script)).stdout).toBe('1\n2\n')
  })

  test('no script crashes the lab', { timeout: 60_000 }, async () => {
    const words = [
      'echo',
      'x=1',
      '$x',
      '"',
      "'",
      '$(',
      ')',
      '`',
      '|',
      '&&',
      ';',
      '&',
      '<',
      '>',
      '>>',
      '/tmp/f',
      '/etc',
      '{',
      '}',
      'if',
      'then',
      'fi',
      'for',
      'in',
      'do',
      'done',
      'while',
      '[',
      ']',
      '[[',
      ']]',
      '-z',
      '-eq',
      '${x',
      '${x%%',
      '*',
      '?',
      '[a-',
      '!',
      '(',
      '((',
      '))',
      '<<E',
      '\n',
      'case',
      'esac',
      ';;',
      'cat',
      'sed',
      's/(/',
      'grep',
      'ls',
      'rm',
      'kill',
      'test',
      'printf',
      '%d',
      '~',
      '=~',
      '\\',
      '#',
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 12 }), async (parts) => {
        const { sh } = await booted()
        const { code } = await sh(`timeout 5 sh -c '${parts.join(' ').replaceAll("'", '')}'`)
        expect(code).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 300 },
    )
  })
})
