/** Requests as Label Studio sends them to a machine learning backend: every field that its API documents, used here or not. */

export const labelConfig = `<View>
  <Image name="image" value="$image" zoom="true"/>
  <Choices name="choice" toName="image" choice="multiple" showInLine="true">
    <Choice value="left"/>
    <Choice value="Right " alias="r"/>
    <Choice value="something else"/>
  </Choices>
</View>`

export const setup = {
  project: '3.1700000000',
  schema: labelConfig,
  hostname: 'http://localhost:8080',
  access_token: '0123456789abcdef0123456789abcdef01234567',
  extra_params: '{"threshold": 0.4}',
}

export function task(id: number, image: string) {
  return {
    id,
    data: { image },
    meta: {},
    created_at: '2026-01-15T10:22:33.123456Z',
    updated_at: '2026-01-15T10:22:33.123471Z',
    is_labeled: false,
    overlap: 1,
    inner_id: id,
    total_annotations: 0,
    cancelled_annotations: 0,
    total_predictions: 0,
    comment_count: 0,
    unresolved_comment_count: 0,
    last_comment_updated_at: null,
    project: 3,
    updated_by: null,
    file_upload: null,
    comment_authors: [],
    annotations: [],
    predictions: [],
  }
}

export function predict(tasks: ReturnType<typeof task>[], config: string | null = labelConfig) {
  return {
    tasks,
    model_version: null,
    project: '3.1700000000',
    label_config: config,
    params: { login: null, password: null, context: null },
  }
}

export const annotationCreated = {
  action: 'ANNOTATION_CREATED',
  annotation: {
    id: 5,
    completed_by: 1,
    result: [
      {
        value: { choices: ['left'] },
        id: 'b9kCUgZ5Rw',
        from_name: 'choice',
        to_name: 'image',
        type: 'choices',
        origin: 'manual',
      },
    ],
    was_cancelled: false,
    ground_truth: false,
    created_at: '2026-01-15T10:30:00.000000Z',
    updated_at: '2026-01-15T10:30:00.000000Z',
    lead_time: 4.212,
    prediction: {},
    result_count: 0,
    task: 1,
    parent_prediction: null,
    parent_annotation: null,
  },
  project: { id: 3, title: 'Pictures', label_config: labelConfig, task_number: 3, finished_task_number: 1 },
  task: task(1, '/data/local-files/?d=images/000.png'),
}

export const startTraining = {
  action: 'START_TRAINING',
  project: { id: 3, title: 'Pictures', label_config: labelConfig },
  label_config: labelConfig,
}
