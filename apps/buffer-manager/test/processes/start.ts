// Starting a process that reads, and telling it what to do.
import { fork } from 'node:child_process'
import type { Answer, Commands, Told } from './reader.ts'

export interface ReaderProcess extends AsyncDisposable {
  tell<Command extends keyof Commands>(command: Command, ...given: Parameters<Commands[Command]>): ReturnType<Commands[Command]>
  /** SIGKILL; it is gone when this resolves. */
  kill(): Promise<void>
}

export function startReader(): ReaderProcess {
  const child = fork(new URL('reader.ts', import.meta.url))
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const ask = async (told: Told): Promise<unknown> => {
    const answered = new Promise<Answer>((resolve) => child.once('message', (answer) => resolve(answer as Answer)))
    child.send(told)
    const answer = await Promise.race([answered, gone])
    if (!answer) throw new Error(`the reader is gone and did not answer to '${told.command}'`)
    if ('error' in answer) throw new Error(`'${told.command}' failed in the reader: ${answer.error}`)
    return answer.result
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await gone
  }
  return { tell: (command, ...given) => ask({ command, given }) as never, kill, [Symbol.asyncDispose]: kill }
}
