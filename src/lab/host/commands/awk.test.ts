import { beforeAll, describe, expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import type { Output } from '#lab/host/ports.ts'
import { testMachine } from '#lab/host/testing.ts'

let awk: (program: string, input?: string, options?: string) => Promise<Output>
beforeAll(async () => {
  const { run } = await testMachine({ tree: baseOs({ hostname: 'k8s-worker-01' }), programs: hostPrograms })
  awk = (program, input = 'a 1\nb 2\na 30\n', options = '') =>
    run(['bash', '-c', `printf '%s' "$1" | awk ${options} "$2"`, 'bash', input, program])
})

const said = async (program: string, input?: string, options?: string): Promise<string> => {
  const { stdout, stderr } = await awk(program, input, options)
  return stdout + stderr
}

describe('what people type between two pipes', () => {
  test.each([
    ['{print $2, $1}', '1 a\n2 b\n30 a\n'],
    ['NR>1', 'b 2\na 30\n'],
    ['/^a/ {print NR": "$NF}', '1: 1\n3: 30\n'],
    ['!/^a/', 'b 2\n'],
    ['$2 > 3 {print $1}', 'a\n'],
    ['$1=="a" && $2<5', 'a 1\n'],
    ['$1 ~ /^[[:alpha:]]$/ {n++} END {print n}', '3\n'],
    ['{sum+=$2} END {print sum, sum/NR}', '33 11\n'],
    ['{count[$1]++} END {for (k in count) print k, count[k]}', 'a 2\nb 1\n'],
    ['{printf "%-3s|%03d\\n", $1, $2}', 'a  |001\nb  |002\na  |030\n'],
    ['BEGIN {print 1/3; print 10 % 4; print 2^10; print 1e3}', '0.333333\n2\n1024\n1000\n'],
    ['NR==1 {next} {print; exit 3}', 'b 2\n'],
    ['/b/,/a/', 'b 2\na 30\n'],
    ['{$2="x"; print; print NF}', 'a x\n2\nb x\n2\na x\n2\n'],
    ['{print (NR % 2 ? "odd" : "even") $1}', 'odda\nevenb\nodda\n'],
    ['!seen[$1]++', 'a 1\nb 2\n'],
    ['{n = split("x:y:z", p, ":"); print n, p[2], length(p); exit}', '3 y 3\n'],
    ['{gsub(/[0-9]/, "<&>"); print; exit}', 'a <1>\n'],
    ['{sub("a", "\\\\&"); print toupper($0) substr("hello", 2, 3) index("hello", "l"); exit}', '& 1ell3\n'],
    ['{while ($2 < 3) $2++; print $2; exit}', '3\n'],
    ['{for (i = NF; i > 0; i--) printf "%s ", $i; print ""}', '1 a \n2 b \n30 a \n'],
    ['{if ($2 == 2) print "two"; else print "other"}', 'other\ntwo\nother\n'],
    ['match($0, /[0-9]+/) {print substr($0, RSTART, RLENGTH)}', '1\n2\n30\n'],
    [
      '("a" in x) {print "no"} {x[$1]} END {print ("a" in x), length(x); delete x["a"]; print length(x)}',
      'no\nno\n1 2\n1\n',
    ],
    ['# a remark\n{ print $1 } # another\n', 'a\nb\na\n'],
  ])('%s', async (program, text) => {
    expect(await said(program)).toBe(text)
  })

  test('another separator, and a variable from outside', async () => {
    expect(await said('{print $2 x}', 'a:b c\n', '-F: -v x=!')).toBe('b c!\n')
    expect(await said('{print $3}', 'a, b;c\n', "-F'[,;] ?'")).toBe('c\n')
  })

  test('the code of exit is its own', async () => {
    expect((await awk('{exit 3}')).code).toBe(3)
  })
})

describe('what it refuses', () => {
  test.each([
    ['{print $1', 'awk: line 1: syntax error at or near end of file\n'],
    ['{print $1 > "file"}', 'awk: line 1: syntax error at or near >\n'],
    ['{print strftime()}', 'awk: cmd. line:1: fatal: function strftime not defined\n'],
    ['BEGIN {while (1) x++}', 'awk: cmd. line:1: fatal: a loop of more than 1000000 turns\n'],
    ['{print 1/0}', 'awk: cmd. line:1: fatal: division by zero\n'],
  ])('%s', async (program, text) => {
    expect(await said(program)).toBe(text)
    expect((await awk(program)).code).toBe(2)
  })
})
