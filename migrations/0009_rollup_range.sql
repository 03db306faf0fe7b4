-- A day's sums are exact however many sales of whatever size it holds: one brand's could leave the
-- range of BIGINT within minutes, and the fold of every brand's stood still behind it. Changing a
-- type copies the table; this one is small: rows by day, not by sale.

ALTER TABLE rollup_day
  MODIFY gross DECIMAL(30,0) NOT NULL DEFAULT 0,
  MODIFY commission DECIMAL(30,0) NOT NULL DEFAULT 0 COMMENT 'amount + fee_brand: what the brand accrues',
  MODIFY earned DECIMAL(30,0) NOT NULL DEFAULT 0 COMMENT 'amount − fee_partner: what the partner sees',
  ALGORITHM=COPY;
