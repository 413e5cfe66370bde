import { describe, expect, test } from 'vitest'
import { execute } from '#lab/kubectl/go-template/execute.ts'
import { functionNames } from '#lab/kubectl/go-template/functions.ts'
import { parseGoTemplate } from '#lab/kubectl/go-template/parse.ts'

const data = {
  kind: 'Node',
  metadata: { name: 'a', labels: { 'x.io/y': '1', b: '2' } },
  items: [{ name: 'p', n: 3 }, { name: 'q' }],
  none: null,
}

const run = (source: string, missingIsError = false) =>
  execute(source, parseGoTemplate(source, functionNames), { data, missingIsError })

// What kubectl 1.32.4 printed for the same objects.
describe('a Go template', () => {
  test.each([
    ['{{.kind}} {{.metadata.nope.x}} {{.none}}', 'Node <no value> <nil>'],
    ['{{.metadata}}', 'map[labels:map[b:2 x.io/y:1] name:a]'],
    ['{{range .items}}{{.name}},{{end}}', 'p,q,'],
    ['{{range $i, $e := .items}}{{if $i}}; {{end}}{{$e.name}}{{$.kind}}{{end}}', 'pNode; qNode'],
    ['{{range $k, $v := .metadata.labels}}{{$k}}={{$v}} {{end}}', 'b=2 x.io/y=1 '],
    ['{{range .nope}}a{{else}}none{{end}}', 'none'],
    ['{{range .items}}{{if eq .name "q"}}{{break}}{{else}}{{continue}}{{end}}{{end}}.', '.'],
    ['{{if and .kind (gt (len .items) 1)}}many{{else if .kind}}one{{end}}', 'many'],
    ['{{with .metadata}}{{.name}}{{end}}', 'a'],
    ['{{index .metadata.labels "x.io/y"}} {{(index .items 0).n}}', '1 3'],
    ['{{printf "%s|%5s|%-3s|%03d|%q" .kind "a" "b" 7 "c"}}', 'Node|    a|b  |007|"c"'],
    ['{{printf "%d" "x"}} {{printf "%s"}}', '%!d(string=x) %!s(MISSING)'],
    ['{{print 1 2 "a" 3}}{{println 1 "a"}}', '1 2a31 a\n'],
    ['{{"a" | printf "%s-%s" "b"}}', 'b-a'],
    ['a {{- /* said */ -}} b {{- "c" -}}  d', 'ab' + 'cd'],
    ['{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}', '2'],
  ])('%s', (source, text) => {
    expect(run(source)).toEqual({ text, error: undefined })
  })

  test.each([
    [
      'x{{.metadata.name.x}}',
      '1:12: executing "output" at <.metadata.name.x>: can\'t evaluate field x in type interface {}',
    ],
    [
      '{{index .items 9}}',
      '1:2: executing "output" at <index .items 9>: error calling index: index out of range: 9',
    ],
    ['{{range .kind}}{{end}}', '1:8: executing "output" at <.kind>: range can\'t iterate over Node'],
  ])('%s goes wrong where it is', (source, words) => {
    expect(run(source).error).toBe(`template: output:${words}`)
  })

  test('what is missing is an error where that is asked for', () => {
    expect(run('{{.x}}', true).error).toContain('map has no entry for key "x"')
  })

  test.each([
    ['{{.a', 'template: output:1: unclosed action'],
    ['{{if .a}}', 'template: output:1: unexpected EOF'],
    ['{{end}}', 'template: output:1: unexpected {{end}}'],
    ['\n{{$y}}', 'template: output:2: undefined variable "$y"'],
    ['{{nope}}', 'template: output:1: function "nope" not defined'],
    ['{{.a/b}}', "template: output:1: bad character U+002F '/'"],
    ['{{define "x"}}{{end}}', 'have no {{define}}'],
    ['{{slice "abc" 1}}', 'have no function slice'],
  ])('%s is refused', (source, words) => {
    expect(() => run(source)).toThrow(words)
  })
})
