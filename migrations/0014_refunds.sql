-- Refunds: what a sale gave back in all, line by line, and what each of them moved on its own day.

ALTER TABLE conversion
  ADD COLUMN refunded_gross BIGINT NOT NULL DEFAULT 0 COMMENT 'of gross, cumulative: what the customer got back',
  ADD COLUMN refunds INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'adjustments in force that take',
  ADD COLUMN adjusted INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'counts changes by adjustments: guards them, and numbers refund_entry',
  ALGORITHM=INSTANT;

CREATE TABLE adjustment_line (
  adjustment BIGINT UNSIGNED NOT NULL,
  phase TINYINT UNSIGNED NOT NULL COMMENT 'lines of a replaced phase stay, and count no more',
  no SMALLINT UNSIGNED NOT NULL,
  line_ref VARCHAR(60) COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT '' COMMENT 'as conversion_item.line_ref',
  sku VARCHAR(100) NOT NULL DEFAULT '',
  quantity INT UNSIGNED NOT NULL DEFAULT 0 COMMENT '0: not told',
  base BIGINT NOT NULL COMMENT '-1: not told, the share of the line that the quantity is',
  PRIMARY KEY (adjustment, phase, no)
) COMMENT='The lines of an adjustment that names lines';

CREATE TABLE adjustment_inbox (
  adjustment BIGINT UNSIGNED NOT NULL,
  inbox BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (adjustment, inbox)
) COMMENT='Queue: the events of a parked adjustment, processed once it is applied';

CREATE TABLE refund_entry (
  conversion BIGINT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL COMMENT 'conversion.adjusted after the change',
  commission BIGINT UNSIGNED NOT NULL COMMENT '0: the line of the sale itself',
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  day INT NOT NULL COMMENT 'yyyymmdd in the brand''s zone: of the change, not of the sale',
  unit VARCHAR(24) NOT NULL COMMENT 'of the sale, or of the commission',
  program BIGINT UNSIGNED NOT NULL,
  partnership BIGINT UNSIGNED NOT NULL,
  link BIGINT UNSIGNED NOT NULL,
  country CHAR(2) NOT NULL,
  adjustment BIGINT UNSIGNED NOT NULL COMMENT 'the cause; 0: several, or a new price of the sale',
  refunds INT NOT NULL DEFAULT 0 COMMENT 'change of conversion.refunds',
  gross BIGINT NOT NULL DEFAULT 0 COMMENT 'change of conversion.refunded_gross',
  base BIGINT NOT NULL DEFAULT 0 COMMENT 'change of conversion.refunded_base',
  payout BIGINT NOT NULL DEFAULT 0 COMMENT 'change of commission.clawed',
  fee_partner BIGINT NOT NULL DEFAULT 0 COMMENT 'change of commission.clawed_fee_partner',
  fee_brand BIGINT NOT NULL DEFAULT 0 COMMENT 'change of commission.clawed_fee_brand',
  at_us BIGINT NOT NULL COMMENT 'business clock',
  PRIMARY KEY (conversion, seq, commission),
  KEY refund_entry_day (brand, mode, day)
) COMMENT='Append-only: what adjustments moved, on the day when they did';

ALTER TABLE rollup_delta
  ADD COLUMN refunds BIGINT NOT NULL DEFAULT 0 COMMENT 'on their own day, as all that follow',
  ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0 COMMENT 'returned to customers, of gross',
  ADD COLUMN refunded_base BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN clawed_commission BIGINT NOT NULL DEFAULT 0 COMMENT 'with the brand''s fee: what the brand no longer owes',
  ADD COLUMN clawed_earned BIGINT NOT NULL DEFAULT 0 COMMENT 'what the partner lost',
  ALGORITHM=INSTANT;
ALTER TABLE rollup_day
  ADD COLUMN refunds BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN refunded DECIMAL(30,0) NOT NULL DEFAULT 0,
  ADD COLUMN refunded_base DECIMAL(30,0) NOT NULL DEFAULT 0,
  ADD COLUMN clawed_commission DECIMAL(30,0) NOT NULL DEFAULT 0,
  ADD COLUMN clawed_earned DECIMAL(30,0) NOT NULL DEFAULT 0,
  ALGORITHM=INSTANT;
