import { useDevices } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { Field, Select } from '../ui/Field.tsx'

/** Chooses the training device, and says why a device can't be used. */
export function DeviceField({
  value,
  disabled,
  onChange,
}: {
  value: string
  disabled: boolean
  onChange: (device: string) => void
}) {
  const { data: devices, isPending } = useDevices()
  const titles: Record<string, string> = texts.settings.devices
  const automatic = devices?.find((device) => device.automatic)
  const hints = isPending
    ? [texts.settings.lookingForDevices]
    : [
        ...(automatic ? [texts.settings.automatic(titles[automatic.device] ?? automatic.device)] : []),
        ...(devices ?? []).flatMap(({ reason }) => reason ?? []),
      ]
  // A device that was set elsewhere stays visible.
  const names = [...new Set(['auto', ...(devices ?? []).map(({ device }) => device), value])]
  const unusable = (name: string) => devices?.find(({ device }) => device === name)?.usable === false
  return (
    <Field label={texts.settings.device} hint={hints.join(' ')}>
      {(ids) => (
        <Select {...ids} disabled={disabled} value={value} onChange={(event) => onChange(event.target.value)}>
          {names.map((name) => (
            <option key={name} value={name} disabled={unusable(name)}>
              {titles[name] ?? name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}
