-- The double-entry ledger. Append-only but for the cached balances of partner accounts.

CREATE TABLE ledger_account (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  owner_kind ENUM('partner','brand','network') NOT NULL,
  owner BIGINT UNSIGNED NOT NULL COMMENT 'partner.id, brand.id, or 0',
  brand BIGINT UNSIGNED NOT NULL COMMENT 'the tenant; 0: the network''s own',
  mode ENUM('live','test') NOT NULL,
  purpose VARCHAR(16) NOT NULL COMMENT 'pending, available, reserved, transit, paid, accrued, due …',
  unit VARCHAR(24) NOT NULL,
  balance BIGINT NOT NULL DEFAULT 0 COMMENT 'partner: exact; brand and network: folded so far',
  held BIGINT NOT NULL DEFAULT 0 COMMENT 'sum of open holds',
  UNIQUE KEY ledger_account_key (owner_kind, owner, brand, mode, purpose, unit),
  KEY ledger_account_brand (brand, mode, unit)
) COMMENT='+ is owed to the owner';

CREATE TABLE ledger_transfer (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source_kind VARCHAR(16) NOT NULL COMMENT 'commission, refund, payout, invoice, deposit …',
  source BIGINT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  kind VARCHAR(24) NOT NULL COMMENT 'accrue, approve, reject …',
  seq INT UNSIGNED NOT NULL,
  content_mac BINARY(32) NOT NULL COMMENT 'the same id with other content is a conflict',
  reverses BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'transfer this one mirrors',
  at_us BIGINT NOT NULL COMMENT 'business clock',
  posted_us BIGINT NOT NULL COMMENT 'wire clock',
  UNIQUE KEY ledger_transfer_source (source_kind, source, brand, kind, seq),
  KEY ledger_transfer_brand (brand, mode, at_us, id),
  KEY ledger_transfer_reverses (reverses)
) COMMENT='Append-only';

CREATE TABLE ledger_entry (
  transfer BIGINT UNSIGNED NOT NULL,
  line TINYINT UNSIGNED NOT NULL,
  account BIGINT UNSIGNED NOT NULL,
  unit VARCHAR(24) NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (transfer, line),
  KEY ledger_entry_account (account, transfer, amount)
) COMMENT='Append-only: the truth';

CREATE TABLE ledger_unfolded (
  transfer BIGINT UNSIGNED NOT NULL,
  line TINYINT UNSIGNED NOT NULL,
  account BIGINT UNSIGNED NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (transfer, line),
  KEY ledger_unfolded_account (account, amount)
) COMMENT='Queue: entries of brand and network accounts not yet in their balance';

CREATE TABLE seal_queue (
  transfer BIGINT UNSIGNED NOT NULL PRIMARY KEY
) COMMENT='Queue: transfers not yet sealed';

CREATE TABLE seal (
  no BIGINT UNSIGNED NOT NULL PRIMARY KEY COMMENT 'no gap; from the one sealer',
  transfer BIGINT UNSIGNED NOT NULL,
  hash BINARY(32) NOT NULL COMMENT 'keyed, over the hash before, the transfer and its entries',
  UNIQUE KEY seal_transfer (transfer)
) COMMENT='Append-only hash chain over the transfers';
