-- Requests that name themselves by Idempotency-Key: answered once, and the same answer again.

CREATE TABLE idempotency (
  actor VARCHAR(60) NOT NULL COMMENT 'who sent it: brand/12/live',
  key_hash BINARY(32) NOT NULL COMMENT 'keyed hash of route and key',
  body_mac BINARY(32) NOT NULL COMMENT 'of the raw body: the same key with another is refused',
  status SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'of the answer; 0: still in flight',
  answer MEDIUMTEXT NOT NULL DEFAULT '',
  started_us BIGINT NOT NULL COMMENT 'wire clock; forgotten a day later',
  PRIMARY KEY (actor, key_hash),
  KEY idempotency_started (started_us)
) COMMENT='Answers kept for a repeated request';
