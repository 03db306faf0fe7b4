-- Sales and other conversions, how they were attributed, and what they earn.

CREATE TABLE inbox (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  door VARCHAR(16) NOT NULL COMMENT 'api, postback, pixel, shopify, stripe, paddle, woocommerce, ingest, manual, csv',
  event_id VARCHAR(255) COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'the door''s own id of the event',
  program BIGINT UNSIGNED NOT NULL DEFAULT 0,
  version BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'program_version pinned when the event first resolved its program',
  body_mac BINARY(32) NOT NULL COMMENT 'MAC of the raw body: the same id with another body is set aside',
  event JSON NOT NULL COMMENT 'the parsed event; e-mail and IP already hashed',
  state ENUM('processed','failed','parked','refused','conflict') NOT NULL,
  reason VARCHAR(60) NOT NULL DEFAULT '' COMMENT 'code of what went wrong or was special',
  field VARCHAR(60) NOT NULL DEFAULT '' COMMENT 'the member a conflict or refusal names',
  conversion BIGINT UNSIGNED NOT NULL DEFAULT 0,
  tries INT UNSIGNED NOT NULL DEFAULT 0,
  due_us BIGINT NOT NULL DEFAULT 0 COMMENT 'wire clock; failed and parked rows: when to try again; 0: never',
  request_id BINARY(16) NOT NULL,
  received_us BIGINT NOT NULL COMMENT 'business clock',
  UNIQUE KEY inbox_event (brand, mode, door, event_id),
  KEY inbox_due (due_us),
  KEY inbox_brand (brand, received_us, id)
) COMMENT='Every event acknowledged with 2xx';

CREATE TABLE customer (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  hash BINARY(32) NOT NULL COMMENT 'keyed hash of the normalised e-mail, or of the door''s customer id',
  first_sale_us BIGINT NOT NULL,
  UNIQUE KEY customer_hash (brand, mode, hash)
) COMMENT='Buyers, by hash alone: new or returning';

CREATE TABLE conversion (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  program BIGINT UNSIGNED NOT NULL,
  version BIGINT UNSIGNED NOT NULL COMMENT 'program_version it was priced by',
  event ENUM('sale','lead','signup','form','trial','rebill') NOT NULL,
  door VARCHAR(16) NOT NULL COMMENT 'source of the first event',
  door_rank TINYINT UNSIGNED NOT NULL COMMENT '3 provider webhook, 2 signed postback or API, 1 pixel',
  order_ref VARCHAR(200) COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'as the brand calls it',
  gross BIGINT NOT NULL COMMENT 'order total before refunds',
  base BIGINT NOT NULL COMMENT 'what the commission is computed on',
  refunded_base BIGINT NOT NULL DEFAULT 0 COMMENT 'cumulative',
  unit VARCHAR(24) NOT NULL,
  occurred_us BIGINT NOT NULL COMMENT 'the order''s own time, clamped',
  received_us BIGINT NOT NULL COMMENT 'business clock; the holdback runs from here',
  updated_us BIGINT NOT NULL COMMENT 'last change of the row or its commissions',
  local_date INT NOT NULL COMMENT 'yyyymmdd of occurred_us in the brand''s zone',
  country CHAR(2) NOT NULL DEFAULT '',
  customer BIGINT UNSIGNED NOT NULL DEFAULT 0,
  is_new_customer TINYINT UNSIGNED NOT NULL DEFAULT 0,
  ip_hash BINARY(32) NOT NULL COMMENT 'zero: the order carried none',
  parent BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'first sale of a rebill',
  merged_into BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the elder of two that a later event bridged',
  attribution ENUM('attributed','unattributed','awaiting') NOT NULL,
  attribution_no INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'attribution row in force; 0: none yet',
  method VARCHAR(16) NOT NULL DEFAULT '' COMMENT 'click, visitor, coupon, token, ref, parent, manual; empty: none',
  partnership BIGINT UNSIGNED NOT NULL DEFAULT 0,
  partner BIGINT UNSIGNED NOT NULL DEFAULT 0,
  link BIGINT UNSIGNED NOT NULL DEFAULT 0,
  coupon BIGINT UNSIGNED NOT NULL DEFAULT 0,
  campaign BIGINT UNSIGNED NOT NULL DEFAULT 0,
  tier VARCHAR(40) NOT NULL DEFAULT '' COMMENT 'snapshot at ingest',
  status ENUM('unattributed','awaiting','pending','approved','rejected','reversed','paid') NOT NULL
    COMMENT 'what lists show and filter by: the partner commission''s, moved in the same transaction',
  holds TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '1: the partner commission is in review',
  UNIQUE KEY conversion_pid (pid),
  KEY conversion_time (brand, mode, occurred_us, id),
  KEY conversion_program (brand, mode, program, occurred_us, id),
  KEY conversion_status (brand, mode, status, occurred_us, id),
  KEY conversion_partnership (brand, mode, partnership, occurred_us, id),
  KEY conversion_campaign (brand, mode, campaign, occurred_us, id),
  KEY conversion_country (brand, mode, country, occurred_us, id),
  KEY conversion_tier (brand, mode, tier, occurred_us, id),
  KEY conversion_method (brand, mode, method, occurred_us, id),
  KEY conversion_order (brand, mode, order_ref),
  KEY conversion_updated (brand, mode, updated_us, id),
  KEY conversion_partner (partner, mode, occurred_us, id),
  KEY conversion_awaiting (attribution, received_us)
) COMMENT='The canonical table: one row per sale, whichever doors told of it';

CREATE TABLE conversion_key (
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  scope BIGINT UNSIGNED NOT NULL COMMENT '0: the brand; else program.id, by brand.order_scope',
  kind VARCHAR(16) NOT NULL COMMENT 'order, payment, invoice, session, user_event …',
  value VARCHAR(255) COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'order A-1 is not order a-1',
  conversion BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (brand, mode, scope, kind, value),
  KEY conversion_key_conversion (conversion)
) COMMENT='Idempotency keys: any of them names the conversion';

CREATE TABLE conversion_item (
  conversion BIGINT UNSIGNED NOT NULL,
  line SMALLINT UNSIGNED NOT NULL,
  sku VARCHAR(100) NOT NULL DEFAULT '',
  category VARCHAR(100) NOT NULL DEFAULT '',
  quantity INT UNSIGNED NOT NULL DEFAULT 1,
  base BIGINT NOT NULL COMMENT 'the line''s share of the base',
  refunded BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (conversion, line)
) COMMENT='Order lines, where the door told them';

CREATE TABLE attribution (
  conversion BIGINT UNSIGNED NOT NULL,
  no INT UNSIGNED NOT NULL COMMENT 're-attribution appends the next',
  partnership BIGINT UNSIGNED NOT NULL COMMENT '0: unattributed',
  method VARCHAR(16) NOT NULL,
  reason VARCHAR(40) NOT NULL COMMENT 'code: why this one, or why none',
  click_id BINARY(16) NOT NULL COMMENT 'the winning click; zero: none',
  link BIGINT UNSIGNED NOT NULL DEFAULT 0,
  coupon BIGINT UNSIGNED NOT NULL DEFAULT 0,
  window_days SMALLINT UNSIGNED NOT NULL,
  by_user BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0: the rules',
  at_us BIGINT NOT NULL,
  PRIMARY KEY (conversion, no)
) COMMENT='Append-only: who was credited, and why';

CREATE TABLE attribution_candidate (
  conversion BIGINT UNSIGNED NOT NULL,
  no INT UNSIGNED NOT NULL,
  rank SMALLINT UNSIGNED NOT NULL COMMENT '0 is the winner; then by time, the latest first',
  kind ENUM('click','coupon','token','ref') NOT NULL,
  click_id BINARY(16) NOT NULL,
  partnership BIGINT UNSIGNED NOT NULL,
  verdict VARCHAR(40) NOT NULL COMMENT 'code: won, superseded, outside_window, bot, partnership_inactive …',
  snapshot JSON NOT NULL COMMENT 'the click as it was, so that retention can''t empty a dispute',
  PRIMARY KEY (conversion, no, rank)
) COMMENT='Every click and code that was considered';

CREATE TABLE commission (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  conversion BIGINT UNSIGNED NOT NULL,
  attribution_no INT UNSIGNED NOT NULL,
  recipient ENUM('partner','customer','network') NOT NULL COMMENT 'network: the fee of an unattributed sale',
  unit VARCHAR(24) NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  program BIGINT UNSIGNED NOT NULL,
  partnership BIGINT UNSIGNED NOT NULL,
  partner BIGINT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL COMMENT 'the commission before fees',
  fee_partner BIGINT NOT NULL DEFAULT 0 COMMENT 'network fee taken from it',
  fee_brand BIGINT NOT NULL DEFAULT 0 COMMENT 'network fee the brand bears on top',
  clawed BIGINT NOT NULL DEFAULT 0 COMMENT 'of amount − fee_partner, by refunds',
  clawed_fee_partner BIGINT NOT NULL DEFAULT 0,
  clawed_fee_brand BIGINT NOT NULL DEFAULT 0,
  paid BIGINT NOT NULL DEFAULT 0,
  status ENUM('pending','approved','rejected','reversed','paid') NOT NULL,
  holds INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'open holds; above 0 it is in review',
  dispute ENUM('none','open','decided') NOT NULL DEFAULT 'none',
  fulfilment ENUM('none','open','fulfilled') NOT NULL DEFAULT 'none' COMMENT 'reward units alone',
  approval ENUM('after_holdback','manual','instant') NOT NULL COMMENT 'snapshot',
  release_us BIGINT NOT NULL COMMENT 'end of the holdback',
  tier VARCHAR(40) NOT NULL DEFAULT '',
  rule VARCHAR(24) NOT NULL COMMENT 'code of the rule that won',
  explanation JSON NOT NULL COMMENT 'codes and numbers, line by line; worded when shown',
  version INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes; the next commission_event''s seq',
  received_us BIGINT NOT NULL,
  updated_us BIGINT NOT NULL,
  UNIQUE KEY commission_pid (pid),
  UNIQUE KEY commission_once (conversion, attribution_no, recipient, unit),
  KEY commission_release (status, approval, holds, release_us),
  KEY commission_partner (partner, mode, status, received_us, id),
  KEY commission_brand (brand, mode, status, release_us, id),
  KEY commission_partnership (partnership, status)
) COMMENT='What one recipient earns by one conversion';

CREATE TABLE commission_event (
  commission BIGINT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  from_status VARCHAR(16) NOT NULL COMMENT 'empty at creation',
  to_status VARCHAR(16) NOT NULL,
  actor_kind ENUM('rule','user','door') NOT NULL,
  actor BIGINT UNSIGNED NOT NULL DEFAULT 0,
  reason VARCHAR(40) NOT NULL COMMENT 'code',
  note VARCHAR(1000) NOT NULL DEFAULT '' COMMENT 'shown to the partner',
  at_us BIGINT NOT NULL,
  PRIMARY KEY (commission, seq)
) COMMENT='Append-only: every change, who, why, when';
