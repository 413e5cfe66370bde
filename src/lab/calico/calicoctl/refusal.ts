/** What is told on stderr and ends the program with 1. */
export class Refusal extends Error {}
