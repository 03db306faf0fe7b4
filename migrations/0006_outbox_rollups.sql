-- What must tell someone, and what reports read.

CREATE TABLE outbox (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source_kind VARCHAR(16) NOT NULL COMMENT 'commission, user, partnership …',
  source BIGINT UNSIGNED NOT NULL,
  kind VARCHAR(40) NOT NULL COMMENT 'commission.created, mail.confirm …',
  seq INT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL COMMENT '0: no tenant',
  mode ENUM('live','test') NOT NULL DEFAULT 'live',
  payload JSON NOT NULL COMMENT 'ids and codes; personal data and tokens are sealed',
  created_us BIGINT NOT NULL COMMENT 'business clock',
  UNIQUE KEY outbox_source (source_kind, source, kind, seq)
) COMMENT='Written in the transaction of what it tells of';

CREATE TABLE outbox_queue (
  outbox BIGINT UNSIGNED NOT NULL PRIMARY KEY
) COMMENT='Queue: rows not yet turned into deliveries';

CREATE TABLE delivery (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  outbox BIGINT UNSIGNED NOT NULL,
  endpoint_kind ENUM('mail','webhook','postback','meta') NOT NULL,
  endpoint BIGINT UNSIGNED NOT NULL COMMENT 'mail: user.id; else the endpoint''s id',
  state ENUM('due','sent','dead') NOT NULL,
  due_us BIGINT NOT NULL COMMENT 'wire clock',
  tries INT UNSIGNED NOT NULL DEFAULT 0,
  result VARCHAR(400) NOT NULL DEFAULT '',
  done_us BIGINT NOT NULL DEFAULT 0,
  UNIQUE KEY delivery_once (outbox, endpoint_kind, endpoint),
  KEY delivery_due (state, due_us)
) COMMENT='One addressee of one outbox row';

CREATE TABLE rollup_delta (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  day INT NOT NULL COMMENT 'yyyymmdd in the brand''s zone',
  unit VARCHAR(24) NOT NULL DEFAULT '' COMMENT 'empty for clicks',
  program BIGINT UNSIGNED NOT NULL,
  partnership BIGINT UNSIGNED NOT NULL,
  link BIGINT UNSIGNED NOT NULL,
  country CHAR(2) NOT NULL,
  clicks BIGINT NOT NULL DEFAULT 0,
  sales BIGINT NOT NULL DEFAULT 0,
  gross BIGINT NOT NULL DEFAULT 0,
  commission BIGINT NOT NULL DEFAULT 0 COMMENT 'amount + fee_brand: what the brand accrues',
  earned BIGINT NOT NULL DEFAULT 0 COMMENT 'amount − fee_partner: what the partner sees'
) COMMENT='Queue: written with what it counts, deleted with the rollup it moves';

CREATE TABLE rollup_day (
  mode ENUM('live','test') NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  dimension ENUM('brand','program','partnership','link','country') NOT NULL,
  dim_id BIGINT UNSIGNED NOT NULL COMMENT 'country: its two letters as a number',
  day INT NOT NULL,
  unit VARCHAR(24) NOT NULL COMMENT 'empty for clicks',
  clicks BIGINT NOT NULL DEFAULT 0,
  sales BIGINT NOT NULL DEFAULT 0,
  gross BIGINT NOT NULL DEFAULT 0,
  commission BIGINT NOT NULL DEFAULT 0,
  earned BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (mode, brand, dimension, dim_id, day, unit)
) COMMENT='Daily sums; any day equals its recomputation from the rows';
