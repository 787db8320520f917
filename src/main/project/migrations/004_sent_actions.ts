/** An action sent by a page is done once, even if the page had to send it twice. */
export const sentActions = `
-- The id that a page gave what it asked for; null for what came in another way. A program that was killed may have done it, and not
-- said so.
ALTER TABLE action ADD COLUMN sent_as TEXT;
CREATE UNIQUE INDEX action_sent_as ON action (sent_as) WHERE sent_as IS NOT NULL;
`
