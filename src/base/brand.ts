declare const brand: unique symbol

/** A `T` that must not be swapped with another `T`: `type NodeName = Brand<string, 'NodeName'>`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
