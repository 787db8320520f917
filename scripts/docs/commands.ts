import type { Argument, Command, Option } from 'commander'
import { surmiseProgram } from '../../src/main/shell/cli/program.ts'
import { tableText } from './table.ts'

/** Every command, with its arguments and options, as `--help` has them. */
export function commandsText(): string {
  const commands = surmiseProgram().commands.flatMap(withSubcommands)
  const contents = commands.map((command) => {
    const name = nameOf(command)
    return [`[\`${name}\`](#${name.replaceAll(' ', '-')})`, sentence(command.description())]
  })
  return [tableText(['command', 'what it does'], contents), ...commands.map(commandText)].join('\n\n')
}

/** The long names of all options of all commands. */
export function commandLineOptions(): Set<string> {
  const program = surmiseProgram()
  const all = [program, ...program.commands.flatMap(withSubcommands)]
  return new Set(
    all.flatMap(({ options }) => options.flatMap(({ long, hidden }) => (long && !hidden ? long : []))).concat('--help'),
  )
}

function withSubcommands(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : [...command.commands]
}

function nameOf(command: Command): string {
  return command.parent?.parent ? `${command.parent.name()} ${command.name()}` : command.name()
}

function commandText(command: Command): string {
  const help = command.createHelp()
  const words = help
    .visibleArguments(command)
    .map((argument) => [`\`${help.argumentTerm(argument)}\``, help.argumentDescription(argument as Argument)])
  const options = help
    .visibleOptions(command)
    .filter((option) => option.long !== '--help')
    .map((option) => [`\`${help.optionTerm(option)}\``, help.optionDescription(option as Option)])
  return [
    `## ${nameOf(command)}`,
    `    ${help.commandUsage(command)}`,
    sentence(command.description()),
    ...(words.length + options.length > 0
      ? [tableText(['argument or option', 'meaning'], [...words, ...options])]
      : []),
  ].join('\n\n')
}

/** Help begins small, and has no full stop. */
function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?)]$/.test(first) ? first : `${first}.`
}
