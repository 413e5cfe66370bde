import { familyOf, isRoutable } from '#cluster/addresses.ts'
import {
  type AutodetectionMethod,
  autodetectionMethods,
  isPassedOver,
  matches,
} from '#cluster/autodetection.ts'
import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { LinkRow } from '#cluster/relations.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isStartHeldUp } from '#diagnosis/start-up.ts'
import type { Finding } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface NoAddressState {
  /** The method as it is written, where it was shown. */
  readonly method: string | undefined
}

type Names = 'messages' | 'pods' | 'settings' | 'links' | 'remarks' | 'attempts'

/**
 * Finds a calico-node that stops at its start because no address of the host fits the way it was told to look for one, or because
 * that way is spelt wrong.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/autodetection/autodetection_methods.go
 */
export const detector = defineDetector<NoAddressState, Names>({
  needs: ['messages', 'settings'],
  uses: ['pods', 'links', 'remarks', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const signs = [...said(view), ...misspelt(view), ...unmatched(view), ...passedOver(view)]
    return findingsOf([...signs, ...(signs.length === 0 ? [] : told(view))], {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['calico-node-start-failing'])
          ? {
              says: 'calico-node finds no address for this node the way it was told to look for one',
              state: { method: autodetectionMethods(view)[0]?.written },
            }
          : undefined,
    })
  },
  explains: (finding, symptom) => !isKept(finding) && explainsHere(finding, symptom),
  // Start-up that is held up before it looks for an address says nothing about the way to one.
  isHidden: (about, view) => isStartHeldUp(view, about) && !isChosen(view, about),
})

/** It goes on with the address that it had: what else is wrong there has another reason. */
const isKept = ({ evidence }: Pick<Finding, 'evidence'>): boolean =>
  evidence.some(({ weight }) => weight === 'against')

const isChosen = (view: Reads<Names>, about: Subject): boolean =>
  messageSigns(view, { 'startup/address-autodetected': ['weak', 'an address was found'] }).some((one) =>
    isSameSubject(one.about, about),
  )

/** A datastore that does not answer, or refuses, is not the fault of the method. */
const elsewhere = [
  'startup/kubernetes-node-unreadable',
  'dial/timeout',
  'dial/refused',
  'dial/no-route',
  'dial/unreachable',
  'net/read-timeout',
  'api/forbidden',
  'api/unauthorized',
  'datastore/unauthorized',
]

const said = (view: Reads<Names>): readonly Sign[] => [
  ...messageSigns(
    view,
    {
      'startup/autodetect-failed': (row) => {
        const { family = 'IPv4', destination, error } = row.message.params
        if (innerMessage(row, ...elsewhere))
          return ['weak', `no ${family} address: the datastore was not read`]
        if (
          destination !== undefined &&
          familyOf(destination) !== undefined &&
          `IPv${familyOf(destination)}` !== family
        )
          return [
            'decisive',
            `no ${family} address can be found by way of ${destination}, which is of the other family`,
          ]
        return [
          'decisive',
          `no ${family} address of this host fits${error === undefined ? '' : `: ${error}`}`,
        ]
      },
      'startup/autodetect-method-invalid': ({ message: { params } }) => [
        'decisive',
        `there is no such method: ${params.method ?? params.cidr ?? ''}`,
      ],
      'startup/method-needs-kubernetes': [
        'decisive',
        'this method needs Kubernetes, and calico-node does not run in it',
      ],
      'startup/address-env-invalid': ({ message: { params } }) => [
        'decisive',
        `the environment gives an address that is none: ${params.value ?? ''}`,
      ],
      'startup/no-addresses': ['strong', 'no address was configured or found, and BGP needs one'],
      'startup/address-config-failed': (row) =>
        innerMessage(row, 'startup/address-conflict')
          ? undefined
          : ['weak', 'start-up found no usable address'],
      'startup/interfaces-unreadable': ['weak', 'start-up cannot list the host’s interfaces'],
    },
    { endedBy: ['startup/succeeded', 'startup/using-node-name', 'startup/address-autodetected'] },
  ),
  // A stored address stays in use; start-up goes on with a warning.
  ...messageSigns(view, {
    'startup/address-kept': ['against', 'the stored address is kept: start-up goes on'],
  }),
]

/** calico-node ends at once with a method that it does not know, so that nobody runs with one. */
const misspelt = (view: Reads<Names>): readonly Sign[] =>
  autodetectionMethods(view).flatMap(({ kind, values, written, family, from }) => {
    if (kind === 'unknown') return [sign({ from }, 'strong', `there is no method “${written}”`)]
    const [destination = ''] = values
    const isOther =
      kind === 'can-reach' && familyOf(destination) !== undefined && familyOf(destination) !== family
    return isOther ? [sign({ from }, 'strong', `no IPv${family} address reaches ${destination}`)] : []
  })

/** The method against the interfaces of a host, where both were shown. */
function unmatched(view: Reads<Names>): readonly Sign[] {
  const byNode = Map.groupBy(
    view.rows('links').filter((link) => link.in === 'host' && hasAddress(link)),
    ({ node }) => node,
  )
  return autodetectionMethods(view).flatMap((method) =>
    [...byNode].flatMap(([node, links]) => {
      const [first] = links
      if (first === undefined || method.family !== 4 || links.some(({ name }) => mayChoose(method, name)))
        return []
      const names = links.map(({ name }) => name).join(', ')
      return [
        sign(
          { from: method.from },
          'strong',
          `“${method.written || 'first-found'}” fits none of ${names}`,
          nodeSubject(node),
        ),
      ]
    }),
  )
}

const hasAddress = ({ addresses }: Fact<LinkRow>): boolean =>
  addresses?.some((address) => familyOf(address) === 4 && isRoutable(address)) === true

function mayChoose({ kind, values }: AutodetectionMethod, name: string): boolean {
  if (kind === 'interface') return values.some((value) => matches(value, name))
  if (kind === 'first-found') return !isPassedOver(name)
  return kind === 'skip-interface'
    ? !isPassedOver(name) && !values.some((value) => matches(value, name))
    : true
}

/** Somebody says which interface alone has an address, and the method that was shown never takes it. */
const passedOver = (view: Reads<Names>): readonly Sign[] =>
  view.rows('remarks').flatMap((row) => {
    const { device } = row
    if (row.says !== 'one-address-only' || device === undefined) return []
    return autodetectionMethods(view)
      .filter((method) => method.family === 4 && !mayChoose(method, device))
      .map(({ written }) =>
        sign(
          row,
          'strong',
          `“${written || 'first-found'}” never takes ${device}, which alone has an address`,
        ),
      )
  })

const told = (view: Reads<Names>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter(({ act, outcome }) => act === 'change-autodetection' && outcome === 'cured')
    .map((row) => sign(row, 'strong', 'another method cured it'))
