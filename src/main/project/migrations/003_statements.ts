/** What people said of a pair that they disagree on. */
export const statements = `
-- Written by the action that joined two copies of a project, and never changed. The pair is open again: unknown, until somebody
-- decides it, or the action is taken back.
CREATE TABLE statement (
  image_id INTEGER NOT NULL REFERENCES image (id),
  label_id INTEGER NOT NULL REFERENCES label (id),
  action_id INTEGER NOT NULL REFERENCES action (id),
  -- The name of the copy that it comes from.
  origin TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (1, -1)),
  source INTEGER NOT NULL CHECK (source IN (1, 2, 3)),
  decided_at INTEGER NOT NULL,
  annotator TEXT,
  PRIMARY KEY (image_id, label_id, action_id, origin)
) STRICT, WITHOUT ROWID;
`
