/**
 * The pseudo-terminal between a person's raw keys and a program: echo, erasing, lines, Ctrl-C and Ctrl-D (termios(3) in its
 * usual state). Its size is known and used by nobody.
 *
 * Not imitated: `stty`, raw mode, so that full-screen programs are none; escape sequences of arrow keys are passed over.
 */
import type { Reader, SignalName, Writer } from '#lab/host/ports.ts'
import { TerminalInput } from '#lab/host/process/terminal.ts'

export class Pty {
  readonly #input = new TerminalInput()
  readonly #show: (text: string) => void
  readonly #signal: (name: SignalName) => void
  #line = ''
  #escape = ''

  constructor(o: { readonly show: (text: string) => void; readonly signal: (name: SignalName) => void }) {
    this.#show = o.show
    this.#signal = o.signal
  }

  get input(): Reader {
    return this.#input
  }

  /** What programs write: every end of a line becomes CR LF. */
  get output(): Writer {
    return { write: (text) => this.#show(text.replaceAll(/\r?\n/g, '\r\n')) }
  }

  /** Keys as they were pressed. */
  type(keys: string): void {
    for (const key of keys) this.#key(key)
  }

  hangUp(): void {
    this.#input.hangUp()
    this.#signal('SIGHUP')
  }

  #key(key: string): void {
    if (this.#inEscape(key)) return
    switch (key) {
      case '\r':
      case '\n':
        this.#show('\r\n')
        this.#give('\n')
        return
      case '\u007f':
      case '\b':
        if (this.#line !== '') this.#show('\b \b')
        this.#line = [...this.#line].slice(0, -1).join('')
        return
      case '\u0015': // Ctrl-U
        this.#show('\b \b'.repeat(this.#line.length))
        this.#line = ''
        return
      case '\u0003':
        this.#line = ''
        this.#show('^C\r\n')
        this.#signal('SIGINT')
        return
      case '\u0004':
        if (this.#line === '') this.#input.endOfFile()
        else this.#give('')
        return
      default:
        if (key < ' ' && key !== '\t') return
        this.#line += key
        this.#show(key)
    }
  }

  #give(end: string): void {
    const text = `${this.#line}${end}`
    this.#line = ''
    this.#input.type(text)
  }

  /** Whether the key belongs to an escape sequence (`ESC [ A`), which is swallowed whole. */
  #inEscape(key: string): boolean {
    if (this.#escape === '' && key !== '\u001b') return false
    this.#escape += key
    const isOver =
      this.#escape.length > 1 && !(this.#escape.length === 2 && /[[O]/.test(key)) && /[A-Za-z~]/.test(key)
    if (isOver || this.#escape.length > 8) this.#escape = ''
    return true
  }
}
