import type { Backup } from '../../../../contract/schemas.ts'
import { counted } from '../../../app/words.ts'
import { common } from './common.ts'

export const newProject = {
  description: 'create a project from a folder of images',
  project: 'project file to create: NAME.surmise',
  images: 'folder of images',
  labels: 'text file with one label per line',
  backbone: 'backbone name or ONNX file; add :imagenet, :half, :unit, :bytes or :clip to set its input normalisation',
  done: (file: string, images: number, broken: number, labels: number): string =>
    `Created ${file}: ${counted(images, 'image')}${broken > 0 ? ` (${broken} unreadable)` : ''}, ${counted(labels, 'label')}.`,
  passedOver: (kinds: string): string =>
    `Not read: ${kinds}. Convert them to JPEG or PNG, or copy what is linked, to use them.`,
} as const

export const sample = {
  description: 'create a sample project to try things out',
  folder: 'new or empty folder',
  done: (project: string): string => `Created ${project}. Next: surmise train ${project}`,
} as const

export const status = {
  description: 'show what is in a project',
  folder: (found: boolean, allowed: boolean): string =>
    found ? '' : allowed ? ' (not found)' : ' (not allowed yet: --allow-images)',
  images: (counts: { total: number; broken: number; missing: number; started: number }, where: string): string =>
    `Images: ${counts.total} in ${where}; ${counts.broken} unreadable, ${counts.missing} missing, ${counts.started} with labels`,
  passedOver: (kinds: string): string => `Not read: ${kinds}`,
  columns: ['label', 'present', 'absent', 'unknown'],
  noModel: 'Model: none yet',
  model: (kind: string, backbone: string, labels: number, mAP: number | null, at: string, usable: boolean): string =>
    [
      `Model: ${kind} on ${backbone}`,
      ...(labels > 0 ? [counted(labels, 'label')] : []),
      ...(mAP === null ? [] : [`held-out mAP ${common.percent(mAP)}`]),
      `${at}${usable ? '' : '; its scores are lost: train again'}`,
    ].join(', '),
  acceptedInBulk: 'Accepted in bulk, and unchanged since:',
  accepted: (label: string, present: number, absent: number): string =>
    `${label}: ${[...(present > 0 ? [`${present} present`] : []), ...(absent > 0 ? [`${absent} absent`] : [])].join(', ')}`,
} as const

const backupReasons: Record<Backup['reason'], string> = {
  opened: 'on opening',
  hourly: 'hourly',
  migration: 'before a format upgrade',
  action: 'before a large change',
  asked: 'manual',
  restore: 'before restoring',
  rescue: 'rescued',
  damaged: 'damaged file, unchanged',
}

export const backups = {
  description: 'list a project’s backups, newest first',
  make: 'make a new backup first',
  none: 'No backups yet.',
  columns: ['number', 'when', 'reason', 'size', 'contents', 'last action'],
  reasons: backupReasons,
  when: (moment: string): string => `${moment} UTC`,
  contents: (present: number, absent: number, images: number): string =>
    `${present} present, ${absent} absent, ${counted(images, 'image')}`,
  unreadable: 'unreadable',
} as const

export const restore = {
  description: 'restore a project from a backup; its current state is backed up first',
  number: 'number of the backup (see surmise backups)',
  missing: (number: string, file: string) =>
    [`There is no backup ${number} of ${file}.`, `List them with: surmise backups ${file}`] as const,
  done: (number: number, moment: string, kept: number | null): string =>
    `Restored backup ${number} of ${moment}.${kept === null ? '' : ` The previous state is backup ${kept}.`}`,
} as const

export const report = {
  description: 'write label counts, plots, possible mistakes and examples as one HTML page',
  out: '.html file to write',
  done: (file: string, bytes: number, pictures: number): string =>
    `${file}: ${common.megabytes(bytes)}, with ${counted(pictures, 'picture')}.`,
} as const
