/**
 * Keeps a result for as long as the lists that it was made from live. Felixes that have seen the same changes hold the same
 * lists, so that a thousand of them work out each state of the cluster once.
 */
export function remembered<Lists extends readonly (readonly unknown[])[], T>(
  make: (...lists: Lists) => T,
): (...lists: Lists) => T {
  const root: Branch<T> = { next: new WeakMap() }
  return (...lists) => {
    let branch = root
    for (const list of lists) {
      let next = branch.next.get(list)
      if (next === undefined) {
        next = { next: new WeakMap() }
        branch.next.set(list, next)
      }
      branch = next
    }
    branch.made ??= { value: make(...lists) }
    return branch.made.value
  }
}

interface Branch<T> {
  readonly next: WeakMap<readonly unknown[], Branch<T>>
  made?: { readonly value: T }
}
