-- Decisions on a partnership are counted, so that each one's mail is told apart from the one before.

ALTER TABLE partnership ADD COLUMN decision_no INT UNSIGNED NOT NULL DEFAULT 0
  COMMENT 'counts decisions; seq of their outbox rows', ALGORITHM=INSTANT;
