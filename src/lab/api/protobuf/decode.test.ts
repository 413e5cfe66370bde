import { describe, expect, test } from 'vitest'
import { decodeProtobuf } from '#lab/api/protobuf/decode.ts'

type Value = number | string | readonly Field[]
type Field = readonly [number: number, value: Value]

function varint(value: number): number[] {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, BigInt(value))
  while (left > 127n) {
    bytes.push(Number(left & 127n) | 128)
    left >>= 7n
  }
  return [...bytes, Number(left)]
}

function encode(fields: readonly Field[]): number[] {
  return fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [...varint(number * 8), ...varint(value)]
    const bytes = typeof value === 'string' ? [...new TextEncoder().encode(value)] : encode(value)
    return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]
  })
}

/** An object as kubectl sends it. */
const sent = (apiVersion: string, kind: string, object: readonly Field[]): Uint8Array =>
  Uint8Array.from([
    ...[0x6b, 0x38, 0x73, 0],
    ...encode([
      [
        1,
        [
          [1, apiVersion],
          [2, kind],
        ],
      ],
      [2, object],
    ]),
  ])

const named = (name: string): Field => [
  1,
  [
    [1, name],
    [2, ''],
    [8, []],
  ],
]

const hostPath: readonly Field[] = [
  [1, 'v'],
  [2, [[1, [[1, '/']]]]],
]
const service: readonly Field[] = [
  [1, 'web'],
  [2, [[2, 80]]],
]
const path: readonly Field[] = [
  [1, '/'],
  [3, 'Exact'],
  [2, [[4, service]]],
]
const rule: readonly Field[] = [
  [1, 'example.io'],
  [2, [[1, [[1, path]]]]],
]

describe('objects in protocol buffers', () => {
  test.each<[string, string, readonly Field[], object]>([
    [
      'v1',
      'ConfigMap',
      [
        named('m'),
        [
          2,
          [
            [1, 'a'],
            [2, '1'],
          ],
        ],
        [
          2,
          [
            [1, 'b'],
            [2, '2'],
          ],
        ],
      ],
      { metadata: { name: 'm' }, data: { a: '1', b: '2' } },
    ],
    [
      'v1',
      'Secret',
      [
        named('s'),
        [
          2,
          [
            [1, 'k'],
            [2, 'v'],
          ],
        ],
        [3, 'Opaque'],
      ],
      { data: { k: 'dg==' }, type: 'Opaque' },
    ],
    [
      'apps/v1',
      'Deployment',
      [
        named('d'),
        [
          2,
          [
            [1, 0],
            [
              3,
              [
                [
                  2,
                  [
                    [
                      2,
                      [
                        [1, 'c'],
                        [2, 'i'],
                        [
                          6,
                          [
                            [3, 80],
                            [2, 0],
                          ],
                        ],
                      ],
                    ],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
      {
        spec: {
          replicas: 0,
          template: { spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] } },
        },
      },
    ],
    ['scheduling.k8s.io/v1', 'PriorityClass', [named('p'), [2, -5]], { value: -5 }],
    ['scheduling.k8s.io/v1', 'PriorityClass', [named('p'), [2, 0]], { value: 0 }],
    [
      'v1',
      'ResourceQuota',
      [
        named('q'),
        [
          2,
          [
            [
              1,
              [
                [1, 'pods'],
                [2, [[1, '10']]],
              ],
            ],
          ],
        ],
      ],
      { spec: { hard: { pods: '10' } } },
    ],
    [
      'policy/v1',
      'PodDisruptionBudget',
      [
        named('b'),
        [
          2,
          [
            [
              1,
              [
                [1, 1],
                [2, 0],
                [3, '50%'],
              ],
            ],
          ],
        ],
      ],
      { spec: { minAvailable: '50%' } },
    ],
    [
      'v1',
      'Pod',
      [
        named('p'),
        [
          2,
          [
            [1, hostPath],
            [11, 1],
            [4, 0],
          ],
        ],
      ],
      {
        spec: {
          volumes: [{ name: 'v', hostPath: { path: '/' } }],
          hostNetwork: true,
          terminationGracePeriodSeconds: 0,
        },
      },
    ],
    [
      'networking.k8s.io/v1',
      'Ingress',
      [named('i'), [2, [[3, rule]]]],
      {
        spec: {
          rules: [
            {
              host: 'example.io',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Exact',
                    backend: { service: { name: 'web', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      },
    ],
  ])('%s %s', (apiVersion, kind, object, expected) => {
    expect(decodeProtobuf(sent(apiVersion, kind, object))).toMatchObject({ apiVersion, kind, ...expected })
  })

  test('what is empty and is left out in JSON is absent', () => {
    expect(decodeProtobuf(sent('v1', 'ConfigMap', [named('m')]))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm' },
    })
  })

  test.each([
    ['no envelope', new TextEncoder().encode('{"kind":"Pod"}'), 'does not appear to be a protobuf message'],
    ['a kind that nobody has', sent('v1', 'Nope', []), 'no kind "Nope" is registered'],
    ['a message that is cut off', sent('v1', 'Pod', [named('p')]).slice(0, -3), 'unexpected EOF'],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => decodeProtobuf(bytes)).toThrow(message)
  })
})
