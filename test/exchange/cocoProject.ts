import { readCoco } from '../../src/main/exchange/formats/coco/import.ts'
import { ImportPlan } from '../../src/main/exchange/plan/plan.ts'
import { temporaryFile } from './folder.ts'
import { MemoryProject } from './memoryProject.ts'

/** A project with images at these paths. */
export function withImages(...paths: string[]): MemoryProject {
  const project = new MemoryProject()
  for (const file of paths) project.image(file)
  return project
}

/** What importing this content, or text, into the project would do. */
export async function planOf(content: unknown, project: MemoryProject): Promise<ImportPlan> {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return ImportPlan.make('coco', await readCoco(temporaryFile('x.json', text)), project.target())
}
