import type { Model } from '../../../contract/schemas.ts'
import { UserError } from '../../base/errors.ts'
import { modelOf } from '../project/summary.ts'
import type { Workspace } from '../workspace.ts'

/** Every model of the project, newest first. */
export function modelsOf(workspace: Workspace): Model[] {
  return workspace.project.models.list().map((model) => modelOf(workspace, model))
}

/**
 * Makes a model the current one, without training.
 * @param id null for no suggestions at all
 * @throws UserError `model-unknown`, `model-unusable`, `project-read-only`
 */
export function chooseModel(workspace: Workspace, id: number | null): void {
  workspace.requireWritable()
  const { models } = workspace.project
  if (id !== null) {
    const model = models.get(id)
    if (!model) {
      throw new UserError('model-unknown', `There is no model ${id} in this project.`, 'Choose one from the list.')
    }
    if (!workspace.suggestions.isUsable(model)) {
      throw new UserError(
        'model-unusable',
        `The scores of model ${id} are lost, so it can’t suggest anything.`,
        'Choose another model, or train again.',
      )
    }
  }
  models.setCurrent(id)
}
