-- Clicks, drained from the spools of the web hosts.

CREATE TABLE click (
  click_id BINARY(16) NOT NULL COMMENT 'UUIDv7: made before the redirect; cookie, URL parameter and key',
  link BIGINT UNSIGNED NOT NULL,
  partnership BIGINT UNSIGNED NOT NULL,
  program BIGINT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  shape ENUM('token','slug','ref','script') NOT NULL,
  visitor BINARY(16) NOT NULL COMMENT 'the visitor cookie''s UUID',
  prev BINARY(16) NOT NULL COMMENT 'the click the visitor''s cookie held before; zero: none',
  at_us BIGINT NOT NULL COMMENT 'business clock',
  bot TINYINT UNSIGNED NOT NULL COMMENT '1: bot, preview, prefetch or HEAD: never credited',
  ip_hash BINARY(32) NOT NULL,
  country CHAR(2) NOT NULL DEFAULT '',
  agent VARCHAR(300) NOT NULL DEFAULT '',
  referrer VARCHAR(500) NOT NULL DEFAULT '',
  utm_source VARCHAR(100) NOT NULL DEFAULT '',
  utm_medium VARCHAR(100) NOT NULL DEFAULT '',
  utm_campaign VARCHAR(100) NOT NULL DEFAULT '',
  utm_term VARCHAR(100) NOT NULL DEFAULT '',
  utm_content VARCHAR(100) NOT NULL DEFAULT '',
  fbclid VARCHAR(255) NOT NULL DEFAULT '',
  subs VARCHAR(1500) NOT NULL DEFAULT '' COMMENT 's1…s10 as a JSON object; empty: none',
  PRIMARY KEY (click_id),
  KEY click_visitor (visitor, at_us),
  KEY click_link_ip (link, ip_hash, at_us),
  KEY click_link (link, at_us)
) COMMENT='One row per redirect; partitioned by the time prefix of the id'
PARTITION BY RANGE COLUMNS (click_id) (
  PARTITION p_rest VALUES LESS THAN (MAXVALUE)
);

CREATE TABLE spool_progress (
  host VARCHAR(120) NOT NULL,
  segment VARCHAR(80) NOT NULL COMMENT 'file name',
  slot BIGINT UNSIGNED NOT NULL COMMENT 'slots before this one are in click; same transaction as their rows',
  PRIMARY KEY (host, segment)
) COMMENT='How far each spool segment is drained';
