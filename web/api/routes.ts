/** Where a command is sent: to its route in the very table that the server has. */
import { commandRoutes, type CommandRoute, type RoutedCommand } from '../../protocol/http/commands.ts';

/** What the console gives. */
export type ConsoleCommand = RoutedCommand;

/** One segment of an address. */
export const segment = (id: string): string => encodeURIComponent(id);

const routeTo = (operation: ConsoleCommand['operation']): CommandRoute => {
  const found = commandRoutes.find((route) => route.operation === operation);
  if (found === undefined) throw new Error(`no route for ${operation}`);
  return found;
};

/** The route of a command. */
export const routeOf = (command: ConsoleCommand): readonly [method: CommandRoute['method'], path: string] => {
  const { method, path, params } = routeTo(command.operation);
  const said = command as unknown as Readonly<Record<string, string>>;
  return [method, path.replace(/:(\w+)/g, (_, name: string) => segment((params[name] ?? []).map((field) => said[field]).join(':')))];
};
