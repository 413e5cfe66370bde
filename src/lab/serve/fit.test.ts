import { describe, expect, test } from 'vitest'
import { Trouble } from '#base/trouble.ts'
import type { LabNeeds } from '#lab/fault.ts'
import type { LabSettings } from '#lab/options.ts'
import { refuseUnlessFit } from '#lab/serve/fit.ts'

type Options = Pick<LabSettings, 'flavour' | 'encapsulation'> & { readonly nodes?: number }

const refusalOf = (needs: LabNeeds | undefined, options: Options, variant = 'usual'): Trouble | undefined => {
  try {
    refuseUnlessFit(
      'some-mode',
      {
        fault: {
          flavours: ['plain', 'iks-classic'],
          only: { narrow: ['iks-classic'] },
          ...(needs && { lab: needs }),
        },
        variant,
      },
      { nodes: 5, ...options },
    )
    return undefined
  } catch (error) {
    if (error instanceof Trouble) return error
    throw error
  }
}

const hintFor = (...asked: Parameters<typeof refusalOf>): string | undefined => refusalOf(...asked)?.hint

describe('a lab in which a fault can do no harm is refused, with the flags of one in which it can', () => {
  test.each<[string, LabNeeds | undefined, Options, string | undefined]>([
    ['any lab of a right flavour', undefined, { flavour: 'plain' }, undefined],
    [
      'the encapsulation that was asked for',
      { encapsulation: 'vxlan' },
      { flavour: 'plain', encapsulation: 'vxlan' },
      undefined,
    ],
    [
      'the flavour has it by itself',
      { encapsulation: 'ipip-cross-subnet' },
      { flavour: 'iks-classic' },
      undefined,
    ],
    [
      'none, where VXLAN is needed',
      { encapsulation: 'vxlan' },
      { flavour: 'plain' },
      '--flavour plain --encapsulation vxlan;',
    ],
    [
      'another one',
      { encapsulation: 'vxlan' },
      { flavour: 'plain', encapsulation: 'ipip' },
      '--flavour plain --encapsulation vxlan;',
    ],
    ['enough nodes', { nodes: 12 }, { flavour: 'plain', nodes: 12 }, undefined],
    ['too few nodes', { nodes: 12 }, { flavour: 'plain' }, '--flavour plain --nodes 12;'],
    ['another flavour', undefined, { flavour: 'hardened' }, '--flavour plain;'],
    [
      'both are wrong',
      { encapsulation: 'ipip' },
      { flavour: 'hardened' },
      '--flavour plain --encapsulation ipip;',
    ],
  ])('%s', (_, needs, options, flags) => {
    const hint = hintFor(needs, options)
    if (flags === undefined) expect(hint).toBeUndefined()
    else expect(hint).toContain(`ninelives lab up ${flags}`)
  })
})

describe('a variant that strikes fewer flavours than its mode', () => {
  test('is refused elsewhere', () => {
    expect(hintFor(undefined, { flavour: 'plain' }, 'narrow')).toContain(
      'ninelives lab up --flavour iks-classic;',
    )
  })

  test('is let through where it strikes', () => {
    expect(hintFor(undefined, { flavour: 'iks-classic' }, 'narrow')).toBeUndefined()
  })
})

test.each<[Options['flavour'], string]>([
  ['hardened', 'cannot strike a hardened lab:'],
  ['iks-vpc', 'cannot strike an iks-vpc lab:'],
  ['operator', 'cannot strike an operator lab:'],
])('says so of %s in whole words', (flavour, says) => {
  expect(refusalOf(undefined, { flavour })?.message).toContain(says)
})
