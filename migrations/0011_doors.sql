-- Every door: more keys of a sale, refunds, subscriptions, and what the doors themselves need.

ALTER TABLE inbox
  ADD COLUMN kind ENUM('sale','adjustment','other') NOT NULL DEFAULT 'sale' COMMENT 'what event holds',
  ADD COLUMN topic VARCHAR(60) NOT NULL DEFAULT '' COMMENT 'as the provider calls it: orders/create, invoice.paid',
  ADD COLUMN order_ref VARCHAR(200) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT '' COMMENT 'what it is about, as told',
  ADD COLUMN replayed_by BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'user who asked for the last replay',
  ALGORITHM=INSTANT;
ALTER TABLE inbox
  MODIFY state ENUM('processed','failed','parked','refused','conflict','ignored') NOT NULL,
  ALGORITHM=INSTANT;
ALTER TABLE inbox
  ADD KEY inbox_conversion (conversion),
  ADD KEY inbox_order (brand, mode, order_ref),
  ADD KEY inbox_door (brand, mode, door, received_us, id),
  ADD KEY inbox_state (brand, mode, state, received_us, id),
  ALGORITHM=NOCOPY;

ALTER TABLE conversion_item
  ADD COLUMN line_ref VARCHAR(60) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT '' COMMENT 'the shop''s own id of the line',
  ALGORITHM=INSTANT;
ALTER TABLE conversion
  ADD COLUMN by_user BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'who recorded it by hand; 0: a door',
  ALGORITHM=INSTANT;
ALTER TABLE commission
  ADD COLUMN approved_us BIGINT NOT NULL DEFAULT 0 COMMENT 'business clock; 0: never, so its money stands in pending',
  ALGORITHM=INSTANT;

CREATE TABLE subscription (
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  program BIGINT UNSIGNED NOT NULL,
  provider VARCHAR(16) NOT NULL COMMENT 'door that names it so',
  ref VARCHAR(200) COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'sub_…, or the user''s id at the brand',
  first_conversion BIGINT UNSIGNED NOT NULL COMMENT 'whom its rebills credit, and by which settings',
  PRIMARY KEY (brand, mode, program, provider, ref),
  KEY subscription_conversion (first_conversion)
) COMMENT='What a rebill shares with its first sale';

CREATE TABLE adjustment (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  source VARCHAR(16) NOT NULL COMMENT 'door',
  ref VARCHAR(200) COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'the refund''s own id at its door',
  conversion BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0: parked, its sale has not come',
  kind ENUM('refund','chargeback','restore') NOT NULL,
  phase TINYINT UNSIGNED NOT NULL COMMENT 'a later one of the same ref replaces an earlier one',
  extent ENUM('nothing','whole','of_total','of_base','lines') NOT NULL,
  amount BIGINT NOT NULL COMMENT 'as told; cumulative ones only grow',
  unit VARCHAR(24) NOT NULL DEFAULT '' COMMENT 'empty: the sale''s',
  base BIGINT NOT NULL DEFAULT 0 COMMENT 'effect on the sale''s base, unclamped; 0 while parked',
  note VARCHAR(500) NOT NULL DEFAULT '',
  by_user BIGINT UNSIGNED NOT NULL DEFAULT 0,
  occurred_us BIGINT NOT NULL,
  received_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  UNIQUE KEY adjustment_pid (pid),
  UNIQUE KEY adjustment_ref (brand, mode, source, ref),
  KEY adjustment_conversion (conversion, id),
  KEY adjustment_updated (brand, mode, updated_us, id)
) COMMENT='Refunds, chargebacks and what gives back; a sale''s refunded base is their clamped sum';

CREATE TABLE adjustment_target (
  adjustment BIGINT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  kind VARCHAR(16) NOT NULL COMMENT 'as conversion_key.kind',
  value VARCHAR(255) COLLATE utf8mb4_nopad_bin NOT NULL,
  program BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0: any program of the brand',
  PRIMARY KEY (adjustment, kind, value),
  KEY adjustment_target_key (brand, mode, kind, value)
) COMMENT='Queue: the keys a parked adjustment waits for; gone once it is applied';

CREATE TABLE flag (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  commission BIGINT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  rule VARCHAR(24) NOT NULL COMMENT 'unverified, velocity_ip …',
  severity ENUM('info','hold') NOT NULL,
  state ENUM('open','released','confirmed') NOT NULL,
  observed BIGINT NOT NULL DEFAULT 0,
  threshold BIGINT NOT NULL DEFAULT 0,
  at_us BIGINT NOT NULL,
  decided_by BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0: a rule or another door',
  decided_us BIGINT NOT NULL DEFAULT 0,
  note VARCHAR(500) NOT NULL DEFAULT '',
  UNIQUE KEY flag_rule (commission, rule),
  KEY flag_open (brand, mode, state, rule, id)
) COMMENT='What screening found; commission.holds counts the open ones that hold';

CREATE TABLE connection (
  brand BIGINT UNSIGNED NOT NULL,
  door VARCHAR(16) NOT NULL,
  mode ENUM('live','test') NOT NULL,
  program BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0: the whole brand',
  account VARCHAR(253) NOT NULL DEFAULT '' COMMENT 'the shop''s domain, the provider''s account, as its events tell',
  state ENUM('connected','disconnected') NOT NULL DEFAULT 'connected',
  last_topic VARCHAR(60) NOT NULL DEFAULT '',
  last_event_us BIGINT NOT NULL COMMENT 'wire clock; moved at most once a minute',
  changed_us BIGINT NOT NULL,
  PRIMARY KEY (brand, door, mode, program)
) COMMENT='What each door of a brand last heard; made by its first authentic event';

CREATE TABLE pixel_origin (
  brand BIGINT UNSIGNED NOT NULL,
  origin VARCHAR(280) NOT NULL COMMENT 'scheme://host[:port], lower case',
  created_by BIGINT UNSIGNED NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (brand, origin)
) COMMENT='Pages that may report a sale by the pixel, beside the verified sites';

CREATE TABLE sku_category (
  brand BIGINT UNSIGNED NOT NULL,
  sku VARCHAR(100) NOT NULL,
  category VARCHAR(100) NOT NULL,
  PRIMARY KEY (brand, sku)
) COMMENT='For doors that name no category';
