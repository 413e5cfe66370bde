/** Light on purpose: who only needs to know which flavours there are loads no lab. */
export const flavours = ['plain', 'hardened', 'operator'] as const
export type Flavour = (typeof flavours)[number]

/** What is special about each, for people. */
export const flavourSays: Readonly<Record<Flavour, string>> = {
  plain: 'Calico by manifest, stock image, privileged',
  hardened: "the incident replay's: rebuilt image, calico-node as uid 10001, runtime folders by tmpfiles.d",
  operator: 'Calico by tigera-operator in calico-system, with Typha',
}
