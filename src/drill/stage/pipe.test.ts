import { expect, test } from 'vitest'
import { partsOf } from '#drill/stage/pipe.ts'

const shell = (command: string) => ({ kubectl: false, command })
const kubectl = (command: string) => ({ kubectl: true, command })

test.each([
  ['commands of the shell stay together', "grep -E 'a|b' | tail -3", [shell("grep -E 'a|b' | tail -3")]],
  [
    'kubectl at the end',
    "sed 's/x/y/' | kubectl create -f -",
    [shell("sed 's/x/y/'"), kubectl('create -f -')],
  ],
  ['kubectl at once', 'kubectl apply -f -', [kubectl('apply -f -')]],
  [
    'kubectl in the middle',
    'sort | kubectl replace -f - | grep replaced | wc -l',
    [shell('sort'), kubectl('replace -f -'), shell('grep replaced | wc -l')],
  ],
  ['or is no pipe', 'grep x || echo none', [shell('grep x || echo none')]],
  [
    'a quoted pipe before kubectl',
    'sed "s|a|b|" | kubectl create -f -',
    [shell('sed "s|a|b|"'), kubectl('create -f -')],
  ],
] as const)('%s', (_, pipeline, parts) => {
  expect(partsOf(pipeline)).toEqual(parts)
})
