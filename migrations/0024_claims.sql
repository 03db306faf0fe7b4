-- A partner who misses a sale says so; the brand answers.

CREATE TABLE claim (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  partnership BIGINT UNSIGNED NOT NULL,
  program BIGINT UNSIGNED NOT NULL COMMENT 'the partnership''s, as brand and partner are',
  brand BIGINT UNSIGNED NOT NULL,
  partner BIGINT UNSIGNED NOT NULL,
  order_ref VARCHAR(200) COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'as the partner was told it',
  message VARCHAR(1000) NOT NULL COMMENT 'what the partner wrote',
  state ENUM('open','accepted','declined') NOT NULL,
  note VARCHAR(1000) NOT NULL DEFAULT '' COMMENT 'what the brand answered',
  conversion BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'accepted: the sale that is credited now',
  filed_us BIGINT NOT NULL,
  decided_us BIGINT NOT NULL DEFAULT 0,
  decided_by BIGINT UNSIGNED NOT NULL DEFAULT 0,
  UNIQUE KEY claim_pid (pid),
  UNIQUE KEY claim_once (partnership, order_ref),
  KEY claim_brand (brand, state, id),
  KEY claim_partner (partner, id)
) COMMENT='Sales that partners miss';
