/** awk's expressions and statements, as the parser makes them. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'pattern'; readonly source: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'element'; readonly name: string; readonly keys: readonly Expression[] }
  | { readonly kind: 'field'; readonly index: Expression }
  | {
      readonly kind: 'assign'
      readonly operator: string
      readonly to: Expression
      readonly value: Expression
    }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly prefix: boolean; readonly to: Expression }
  | { readonly kind: 'unary'; readonly operator: string; readonly value: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'has'; readonly keys: readonly Expression[]; readonly name: string }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly Expression[] }

export type Statement =
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'print'; readonly values: readonly Expression[] }
  | { readonly kind: 'printf'; readonly values: readonly Expression[] }
  | { readonly kind: 'do'; readonly value: Expression }
  | { readonly kind: 'if'; readonly test: Expression; readonly yes: Statement; readonly no?: Statement }
  | {
      readonly kind: 'loop'
      readonly first?: Statement | undefined
      readonly test?: Expression | undefined
      readonly then?: Statement | undefined
      readonly body: Statement
    }
  | { readonly kind: 'each'; readonly name: string; readonly of: string; readonly body: Statement }
  | { readonly kind: 'delete'; readonly name: string; readonly keys: readonly Expression[] }
  | { readonly kind: 'exit'; readonly code?: Expression }
  | { readonly kind: 'next' | 'break' | 'continue' }

export interface Rule {
  readonly when:
    | { readonly kind: 'begin' | 'end' | 'always' }
    | { readonly kind: 'test'; readonly test: Expression }
    | { readonly kind: 'range'; readonly from: Expression; readonly to: Expression }
  readonly body: Statement
}

/** What is no awk, with the place where that shows. */
export class AwkSyntaxError extends Error {}
