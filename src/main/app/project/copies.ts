import { copyProject } from '../../project/file/copy.ts'
import type { Application } from '../application.ts'
import type { Workspace } from '../workspace.ts'

/** Saves the open project as another file and opens that instead. @throws UserError `project-exists` */
export async function copyOf(application: Application, { project }: Workspace, file: string): Promise<Workspace> {
  copyProject(project.path, file)
  return application.open(file)
}
