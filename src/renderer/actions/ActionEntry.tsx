import { Menu } from '@base-ui/react/menu'
import { menuItem } from '../ui/menu.ts'
import { action, keyNameOf } from './registry.ts'

/** An action in a menu, with its shortcut; if it isn't available, it says why. */
export function ActionEntry({ id, title = action(id).title }: { id: string; title?: string }) {
  const whyNot = action(id).whyNot()
  return (
    <Menu.Item className={menuItem} disabled={whyNot !== null} onClick={action(id).run}>
      <span className="flex min-w-0 flex-col">
        <span className={whyNot === null ? '' : 'opacity-60'}>{title}</span>
        {whyNot !== null && <span className="max-w-64 text-xs text-muted">{whyNot}</span>}
      </span>
      <span className="text-xs text-muted">{keyNameOf(id)}</span>
    </Menu.Item>
  )
}
