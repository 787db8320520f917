/**
 * The first schema. A migration that has been released is never edited: `test/project/fixtures` holds files made by it.
 */
export const first = `
CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uuid TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Absolute, and relative to the project file's folder (forward slashes) where it lies near it, so that both can move together.
  images_root TEXT NOT NULL,
  images_root_relative TEXT
) STRICT;

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;

CREATE TABLE image (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  path TEXT NOT NULL,
  -- Made of the path: natural order (image2 before image10), and what a text search looks through.
  order_key TEXT NOT NULL,
  search_text TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width >= 0),
  height INTEGER NOT NULL CHECK (height >= 0),
  orientation INTEGER NOT NULL CHECK (orientation BETWEEN 1 AND 8),
  byte_size INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  sha256 TEXT CHECK (length(sha256) = 64),
  status TEXT NOT NULL CHECK (status IN ('ok', 'missing', 'broken')),
  problem_code TEXT,
  problem TEXT,
  added_at INTEGER NOT NULL,
  -- Known states of labels that are not removed; kept by every transaction that writes states.
  present_count INTEGER NOT NULL DEFAULT 0 CHECK (present_count >= 0),
  absent_count INTEGER NOT NULL DEFAULT 0 CHECK (absent_count >= 0)
) STRICT;
-- A file that is gone may have left its place to another.
CREATE UNIQUE INDEX image_path ON image (path) WHERE status <> 'missing';
CREATE INDEX image_order ON image (order_key, id);
CREATE INDEX image_status ON image (status);

CREATE TABLE label (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  position INTEGER NOT NULL,
  colour TEXT NOT NULL,
  key TEXT,
  description TEXT NOT NULL DEFAULT '',
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
  present_count INTEGER NOT NULL DEFAULT 0 CHECK (present_count >= 0),
  absent_count INTEGER NOT NULL DEFAULT 0 CHECK (absent_count >= 0)
) STRICT;
CREATE UNIQUE INDEX label_name ON label (name_key) WHERE removed = 0;
CREATE UNIQUE INDEX label_shortcut ON label (key) WHERE removed = 0;

CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  backbone TEXT NOT NULL,
  seed INTEGER,
  device TEXT,
  metrics TEXT NOT NULL CHECK (json_valid(metrics)),
  label_ids TEXT NOT NULL CHECK (json_valid(label_ids)),
  -- In the cache folder; null for a model known only from an import.
  file TEXT,
  is_current INTEGER NOT NULL DEFAULT 0 CHECK (is_current IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX model_current ON model (is_current) WHERE is_current = 1;

-- Unknown is no row. source: 1 human, 2 accepted_suggestion, 3 import.
CREATE TABLE label_state (
  image_id INTEGER NOT NULL REFERENCES image (id),
  label_id INTEGER NOT NULL REFERENCES label (id),
  state INTEGER NOT NULL CHECK (state IN (1, -1)),
  source INTEGER NOT NULL CHECK (source IN (1, 2, 3)),
  decided_at INTEGER NOT NULL,
  model_id INTEGER REFERENCES model (id),
  score REAL,
  annotator TEXT,
  PRIMARY KEY (image_id, label_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_state_by_label ON label_state (label_id, state, image_id);

-- The history: nothing here is ever changed or deleted. An undo is an action too, and names the one it takes back.
CREATE TABLE action (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('do', 'undo', 'redo')),
  title TEXT NOT NULL,
  at INTEGER NOT NULL,
  target_id INTEGER REFERENCES action (id) CHECK ((target_id IS NULL) = (kind = 'do')),
  -- Of a 'do': the one that an undo would have taken back just before it; null for none.
  before_id INTEGER REFERENCES action (id),
  state_changes INTEGER NOT NULL DEFAULT 0,
  label_changes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX action_before ON action (before_id) WHERE kind = 'do';

-- What a 'do' changed, with what was known before and after; null states are unknown.
CREATE TABLE state_change (
  action_id INTEGER NOT NULL REFERENCES action (id),
  image_id INTEGER NOT NULL REFERENCES image (id),
  label_id INTEGER NOT NULL REFERENCES label (id),
  old_state INTEGER, old_source INTEGER, old_decided_at INTEGER, old_model_id INTEGER, old_score REAL, old_annotator TEXT,
  new_state INTEGER, new_source INTEGER, new_decided_at INTEGER, new_model_id INTEGER, new_score REAL, new_annotator TEXT,
  PRIMARY KEY (action_id, image_id, label_id)
) STRICT, WITHOUT ROWID;

-- In the order of their ids.
CREATE TABLE label_change (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES action (id),
  label_id INTEGER NOT NULL REFERENCES label (id),
  field TEXT NOT NULL CHECK (field IN ('name', 'position', 'colour', 'key', 'description', 'removed')),
  old_value ANY,
  new_value ANY
) STRICT;
CREATE INDEX label_change_action ON label_change (action_id);
`
