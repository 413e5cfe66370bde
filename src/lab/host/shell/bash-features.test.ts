// biome-ignore-all lint/suspicious/noTemplateCurlyInString: shell scripts are full of them
import { expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { testMachine } from '#lab/host/testing.ts'

test.each([
  [
    'process substitution reads what commands wrote',
    'diff <(printf "a\\nb\\n") <(printf "a\\nc\\n")',
    '2c2\n< b\n---\n> c\n',
  ],
  [
    'and a loop may read from it',
    'while read -r x; do echo "got $x"; done < <(echo 1; echo 2)',
    'got 1\ngot 2\n',
  ],
  ['what it was read from is gone with the shell', 'bash -c "cat <(echo x)"; ls /dev/fd', 'x\n'],
  [
    'printf writes bytes, and a character that they make',
    String.raw`printf '\377\xff' | wc -c; printf '\303\xa9\n'; echo -e 'gr\0303\0274n'; printf '\377' | base64`,
    '2\né\ngrün\n/w==\n',
  ],
  ['mapfile makes an array of lines', 'mapfile -t L < <(printf "a b\\nc\\n"); printf "<%s>" "$L"', '<a b>'],
  [
    'getopts walks over joined and separate options',
    'set -- -vb x -a file; while getopts ab:v o; do echo "$o=$OPTARG"; done; shift $((OPTIND-1)); echo "$1"',
    'v=\nb=x\na=x\nfile\n',
  ],
  [
    'getopts tells an option that is not known',
    'set -- -z; getopts ab o; echo "$o"',
    '?\nbash: illegal option -- z\n',
  ],
  [
    'nullglob leaves nothing of a pattern without files',
    'shopt -s nullglob; for f in /etc/none*; do echo "$f"; done; echo end',
    'end\n',
  ],
  ['without it the pattern stays', 'for f in /etc/none*; do echo "$f"; done', '/etc/none*\n'],
  [
    'declare -A makes an array by name',
    'declare -A m=([a]=1 ["b c"]="2 x"); m[d]=3; k=a; m[$k]+=1; echo "${m[a]} ${m[b c]} ${m[d]} ${#m[@]}"; for k in "${!m[@]}"; do echo "$k"; done',
    '11 2 x 3 3\na\nb c\nd\n',
  ],
  [
    'of which one may go, and a missing one has its default',
    "declare -A m; m[a]=1; m[b]=2; unset 'm[a]'; echo ${m[@]} ${m[a]:-none}",
    '2 none\n',
  ],
  [
    'a local one is gone after the function, and the other is back',
    'declare -A m=([a]=1); f() { local -A m; m[b]=2; echo ${!m[@]}; }; f; echo ${!m[@]}',
    'b\na\n',
  ],
  [
    'words without a name are refused',
    'declare -A m; m=(x); echo ${#m[@]}',
    '0\nbash: m: x: must use subscript when assigning associative array\n',
  ],
  ['numbers of a plain array are its names', 'a=(x y); a+=(z); echo ${!a[@]} ${a[2]}', '0 1 2 z\n'],
  ['printf -v sets a variable', 'printf -v x "%03d" 7; echo "$x"', '007\n'],
  ['let answers 1 for zero', 'let x=2-2; echo "$? $x"', '1 0\n'],
  ['time tells how long it took', 'time sleep 61.5', '\nreal\t1m1.500s\nuser\t0m0.000s\nsys\t0m0.000s\n'],
])('%s', async (_, script, says) => {
  const { run } = await testMachine({ tree: baseOs({ hostname: 'k8s-worker-01' }), programs: hostPrograms })
  const { stdout, stderr } = await run(['bash', '-c', script])
  expect(stdout + stderr).toBe(says)
})
