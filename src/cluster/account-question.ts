/** What the account around a cluster would tell: rules that no node, no pod and no API object shows. */
import { ask } from '#cluster/asking.ts'
import type { Facts, Reads } from '#cluster/facts.ts'
import { infrastructureOf } from '#cluster/managed.ts'
import type { Question } from '#cluster/questions.ts'
import { clusterSubject } from '#cluster/subjects.ts'

/** On whose infrastructure rules of the account, which nobody has read, can keep nodes apart: all of their traffic, not one port. */
export const isAccountUnread = (view: Reads<'nodes' | 'cloudRules'>): boolean =>
  infrastructureOf(view) !== undefined && view.coverage('cloudRules').kind !== 'complete'

/** Whether such rules let the nodes reach each other; nothing where there is no such account, or it was read. */
export function askAccount(facts: Facts): readonly Question[] {
  const command = commands[infrastructureOf(facts) ?? '']
  if (command === undefined || !isAccountUnread(facts)) return []
  const why = 'whether the rules of the account let the nodes reach each other, which only the account tells'
  return [ask(facts, clusterSubject, { fills: ['cloudRules'], why, command, cost: 2 })]
}

/** By the infrastructure that nodes are labelled with. */
const commands: Readonly<Record<string, string>> = {
  g2: 'ibmcloud is security-group-rules kube-<cluster-id>; ibmcloud is network-acls; ibmcloud is vpc-routing-tables <vpc>',
  softlayer: 'ibmcloud account show; ibmcloud ks vlan spanning get --region <region>',
}
