-- Programs and their versions, partners, partnerships, links and codes.

CREATE TABLE program (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  name VARCHAR(120) NOT NULL,
  preset ENUM('standard','saas','cps','cpa','rewards') NOT NULL DEFAULT 'standard',
  currency VARCHAR(24) NOT NULL COMMENT 'unit of flat amounts, caps and minimums',
  status ENUM('draft','active','paused','closed') NOT NULL,
  listed TINYINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'shown in the marketplace',
  summary VARCHAR(500) NOT NULL DEFAULT '' COMMENT 'what partners read there',
  dest_url VARCHAR(1500) NOT NULL COMMENT 'where links lead when they name no page',
  version BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'program_version.id in force',
  version_no INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'its number; counted up by a guarded UPDATE',
  created_us BIGINT NOT NULL,
  UNIQUE KEY program_pid (pid),
  KEY program_brand (brand, id),
  KEY program_market (status, listed, id)
) COMMENT='What a brand pays for; rules are in program_version';

CREATE TABLE program_version (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  program BIGINT UNSIGNED NOT NULL,
  no INT UNSIGNED NOT NULL,
  settings JSON NOT NULL COMMENT 'struct program_settings; program/program.h names every member',
  by_user BIGINT UNSIGNED NOT NULL,
  from_us BIGINT NOT NULL COMMENT 'business clock',
  UNIQUE KEY program_version_no (program, no)
) COMMENT='Append-only: a conversion points at the version it was priced by';

CREATE TABLE campaign (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  program BIGINT UNSIGNED NOT NULL,
  code VARCHAR(40) NOT NULL,
  name VARCHAR(120) NOT NULL,
  starts_us BIGINT NOT NULL DEFAULT 0 COMMENT '0: no bound',
  ends_us BIGINT NOT NULL DEFAULT 0 COMMENT '0: no bound',
  dest_url VARCHAR(1500) NOT NULL DEFAULT '' COMMENT 'empty: the program''s',
  UNIQUE KEY campaign_pid (pid),
  UNIQUE KEY campaign_code (program, code)
) COMMENT='A named push within a program';

CREATE TABLE partner (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  kind ENUM('person','test') NOT NULL COMMENT 'test: the built-in creator of a brand',
  owner BIGINT UNSIGNED NOT NULL COMMENT 'person: user.id; test: brand.id',
  handle VARCHAR(40) NOT NULL COMMENT 'lower case, unique',
  name VARCHAR(120) NOT NULL,
  country CHAR(2) NOT NULL DEFAULT '' COMMENT 'ISO 3166-1',
  bio VARCHAR(500) NOT NULL DEFAULT '',
  status ENUM('active','suspended','banned') NOT NULL DEFAULT 'active',
  created_us BIGINT NOT NULL,
  UNIQUE KEY partner_pid (pid),
  UNIQUE KEY partner_owner (kind, owner),
  UNIQUE KEY partner_handle (handle)
) COMMENT='An influencer or affiliate, over all brands';

CREATE TABLE partner_channel (
  partner BIGINT UNSIGNED NOT NULL,
  no TINYINT UNSIGNED NOT NULL,
  url VARCHAR(500) NOT NULL,
  PRIMARY KEY (partner, no)
) COMMENT='Where a partner publishes';

CREATE TABLE partnership (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  program BIGINT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL COMMENT 'the program''s, for tenant checks and indexes',
  partner BIGINT UNSIGNED NOT NULL,
  slug VARCHAR(60) NOT NULL COMMENT 'unique in the program',
  mode ENUM('live','test') NOT NULL DEFAULT 'live',
  status ENUM('applied','active','paused','declined','ended') NOT NULL,
  message VARCHAR(1000) NOT NULL DEFAULT '' COMMENT 'what the applicant wrote',
  reason VARCHAR(40) NOT NULL DEFAULT '' COMMENT 'code of the last decision',
  note VARCHAR(1000) NOT NULL DEFAULT '' COMMENT 'what the partner is told',
  version_no INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'partnership_version in force; 0: none',
  applied_us BIGINT NOT NULL,
  decided_us BIGINT NOT NULL DEFAULT 0,
  decided_by BIGINT UNSIGNED NOT NULL DEFAULT 0,
  UNIQUE KEY partnership_pid (pid),
  UNIQUE KEY partnership_once (program, partner),
  UNIQUE KEY partnership_slug (program, slug),
  KEY partnership_brand (brand, mode, status, id),
  KEY partnership_partner (partner, status, id)
) COMMENT='A partner in a program';

CREATE TABLE partnership_version (
  partnership BIGINT UNSIGNED NOT NULL,
  no INT UNSIGNED NOT NULL,
  rate_bp INT UNSIGNED NULL COMMENT 'own percentage',
  flat BIGINT NULL COMMENT 'own flat amount, minor units of the program''s currency',
  by_user BIGINT UNSIGNED NOT NULL,
  from_us BIGINT NOT NULL,
  PRIMARY KEY (partnership, no)
) COMMENT='A partner''s own rate; append-only';

CREATE TABLE link (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  token CHAR(8) NOT NULL COMMENT 'the short link: /{token}',
  partnership BIGINT UNSIGNED NOT NULL,
  program BIGINT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL,
  partner BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL DEFAULT 'live',
  name VARCHAR(80) NOT NULL DEFAULT '' COMMENT 'the partner''s own label',
  dest_url VARCHAR(1500) NOT NULL DEFAULT '' COMMENT 'empty: the campaign''s, else the program''s',
  campaign BIGINT UNSIGNED NOT NULL DEFAULT 0,
  is_main TINYINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'made at acceptance; carries slug and ref',
  status ENUM('active','paused') NOT NULL DEFAULT 'active',
  created_us BIGINT NOT NULL,
  UNIQUE KEY link_pid (pid),
  UNIQUE KEY link_token (token),
  KEY link_partnership (partnership, id),
  KEY link_program (program, id)
) COMMENT='A tracking link; clicks and sales name it';

CREATE TABLE link_alias (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  host VARCHAR(253) NOT NULL DEFAULT '' COMMENT 'empty: the platform''s own',
  shape ENUM('token','slug','ref') NOT NULL COMMENT '/{token}, /go/{slug}, /r?ref=',
  value VARCHAR(80) NOT NULL COMMENT 'lower case',
  link BIGINT UNSIGNED NOT NULL,
  UNIQUE KEY link_alias_value (host, shape, value),
  KEY link_alias_link (link)
) COMMENT='Every address a link answers to';

CREATE TABLE web_host (
  name VARCHAR(120) NOT NULL PRIMARY KEY,
  seen_us BIGINT NOT NULL COMMENT 'wire clock; a host unseen for a day is forgotten'
) COMMENT='Hosts that hold a link map';

CREATE TABLE link_change (
  host VARCHAR(120) NOT NULL,
  link BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (host, link)
) COMMENT='Queue: links whose entry in a host''s map is stale';

CREATE TABLE coupon (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  brand BIGINT UNSIGNED NOT NULL,
  code VARCHAR(60) NOT NULL COMMENT 'upper case',
  partnership BIGINT UNSIGNED NOT NULL,
  program BIGINT UNSIGNED NOT NULL,
  link BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the link whose sales it counts with',
  mode ENUM('live','test') NOT NULL DEFAULT 'live',
  exclusive TINYINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'beats a click without a click id in the order',
  status ENUM('active','stopped') NOT NULL DEFAULT 'active',
  stops_us BIGINT NOT NULL DEFAULT 0 COMMENT '0: no end',
  created_us BIGINT NOT NULL,
  UNIQUE KEY coupon_code (brand, code),
  KEY coupon_partnership (partnership, id)
) COMMENT='Discount codes that attribute a sale';
