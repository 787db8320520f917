/** Relations between labels: parents and groups; and example images. */
export const labelRelations = `
ALTER TABLE label ADD COLUMN parent_id INTEGER REFERENCES label (id);
-- '' is none. Of a group whose labels exclude each other, every label says so.
ALTER TABLE label ADD COLUMN group_name TEXT NOT NULL DEFAULT '';
ALTER TABLE label ADD COLUMN exclusive INTEGER NOT NULL DEFAULT 0 CHECK (exclusive IN (0, 1));
-- Ids of images.
ALTER TABLE label ADD COLUMN examples TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(examples));

-- The same table, with more fields.
CREATE TABLE label_change_next (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES action (id),
  label_id INTEGER NOT NULL REFERENCES label (id),
  field TEXT NOT NULL CHECK (field IN ('name', 'position', 'colour', 'key', 'description', 'removed', 'parent_id', 'group_name',
    'exclusive', 'examples')),
  old_value ANY,
  new_value ANY
) STRICT;
INSERT INTO label_change_next SELECT * FROM label_change;
DROP TABLE label_change;
ALTER TABLE label_change_next RENAME TO label_change;
CREATE INDEX label_change_action ON label_change (action_id);
`
