-- Companies, brands, people, sessions and keys.
--
-- Throughout: `id` is internal, `pid` (UUIDv7) is what the outside sees. Times end in _us and are
-- UTC microseconds since 1970. Money is BIGINT minor units of the row's unit. Columns in a UNIQUE
-- key are NOT NULL; 0 or '' stands for "none", since NULLs would defeat the key.

CREATE TABLE unit (
  code VARCHAR(24) NOT NULL PRIMARY KEY COMMENT 'ISO 4217 code, or a reward unit such as points',
  kind ENUM('currency','reward') NOT NULL,
  exponent TINYINT UNSIGNED NOT NULL COMMENT 'digits behind the point'
) COMMENT='Units seen so far; the rules are in base/money';

CREATE TABLE company (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  name VARCHAR(120) NOT NULL,
  created_us BIGINT NOT NULL,
  UNIQUE KEY company_pid (pid)
) COMMENT='Owns brands; what is billed';

CREATE TABLE brand (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  company BIGINT UNSIGNED NOT NULL,
  name VARCHAR(120) NOT NULL,
  code_prefix VARCHAR(12) NOT NULL COMMENT 'upper case; {BRAND} in discount codes',
  code_template VARCHAR(60) NOT NULL DEFAULT '{BRAND}-{CREATOR}-{5}' COMMENT '{5}: five random characters',
  tz VARCHAR(64) NOT NULL DEFAULT 'UTC' COMMENT 'IANA zone of every report of the brand',
  currency VARCHAR(24) NOT NULL COMMENT 'default of new programs',
  order_scope ENUM('brand','program') NOT NULL DEFAULT 'brand' COMMENT 'scope in which an order reference is unique',
  pay_mode ENUM('network','connect') NOT NULL DEFAULT 'network' COMMENT 'who moves the money to partners',
  funding ENUM('prepaid','invoiced') NOT NULL DEFAULT 'invoiced',
  status ENUM('active','suspended','closed') NOT NULL DEFAULT 'active',
  created_us BIGINT NOT NULL,
  UNIQUE KEY brand_pid (pid),
  KEY brand_company (company, id)
) COMMENT='The tenant: every money row names one';

CREATE TABLE user (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pid BINARY(16) NOT NULL,
  email_hash BINARY(32) NOT NULL COMMENT 'keyed hash of the normalised address',
  email_sealed VARBINARY(512) NOT NULL COMMENT 'the address as typed, sealed',
  name VARCHAR(120) NOT NULL,
  password VARCHAR(128) NOT NULL COMMENT 'argon2id',
  totp_sealed VARBINARY(256) NULL,
  is_admin TINYINT UNSIGNED NOT NULL DEFAULT 0,
  language VARCHAR(8) NOT NULL DEFAULT 'en',
  theme ENUM('system','light','dark') NOT NULL DEFAULT 'system',
  status ENUM('active','suspended','erased') NOT NULL DEFAULT 'active',
  confirmed_us BIGINT NOT NULL DEFAULT 0 COMMENT '0: the address is not confirmed yet',
  created_us BIGINT NOT NULL,
  UNIQUE KEY user_pid (pid),
  UNIQUE KEY user_email (email_hash)
) COMMENT='A login';

CREATE TABLE member (
  brand BIGINT UNSIGNED NOT NULL,
  user BIGINT UNSIGNED NOT NULL,
  role ENUM('owner','manager','analyst') NOT NULL,
  created_us BIGINT NOT NULL,
  PRIMARY KEY (brand, user),
  KEY member_user (user, brand)
) COMMENT='Who manages which brand';

CREATE TABLE session (
  token_hash BINARY(32) NOT NULL PRIMARY KEY COMMENT 'keyed hash of the cookie',
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  user BIGINT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'chosen in the workspace switcher; 0: all or none',
  mode ENUM('live','test') NOT NULL DEFAULT 'live' COMMENT 'the Test/Live switch',
  ip_hash BINARY(32) NOT NULL,
  agent VARCHAR(200) NOT NULL COMMENT 'user agent, cut',
  created_us BIGINT NOT NULL COMMENT 'wire clock, as the other two',
  seen_us BIGINT NOT NULL COMMENT 'moved at most once a minute',
  expires_us BIGINT NOT NULL,
  UNIQUE KEY session_id (id),
  KEY session_user (user, id),
  KEY session_expires (expires_us)
) COMMENT='Logged-in browsers';

CREATE TABLE user_token (
  token_hash BINARY(32) NOT NULL PRIMARY KEY COMMENT 'keyed hash of what the mail carries',
  user BIGINT UNSIGNED NOT NULL,
  purpose ENUM('confirm','reset') NOT NULL,
  expires_us BIGINT NOT NULL COMMENT 'wire clock',
  used_us BIGINT NOT NULL DEFAULT 0,
  KEY user_token_user (user, purpose)
) COMMENT='Single-use links in mails';

CREATE TABLE api_key (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  key_hash BINARY(32) NOT NULL COMMENT 'keyed hash; the key itself is shown once',
  owner_kind ENUM('brand','program','partner') NOT NULL COMMENT 'program: the X-Offer-Key of the CPA doors',
  owner BIGINT UNSIGNED NOT NULL,
  brand BIGINT UNSIGNED NOT NULL COMMENT 'the tenant; 0 for a partner key',
  mode ENUM('live','test') NOT NULL,
  name VARCHAR(80) NOT NULL,
  prefix VARCHAR(12) NOT NULL COMMENT 'pc_live_, pc_test_, ok_live_, ok_test_',
  last4 CHAR(4) NOT NULL,
  sealed VARBINARY(256) NULL COMMENT 'test keys alone: they can be shown again',
  scopes VARCHAR(200) NOT NULL COMMENT 'space-separated',
  created_by BIGINT UNSIGNED NOT NULL,
  created_us BIGINT NOT NULL,
  revoked_us BIGINT NOT NULL DEFAULT 0,
  last_used_us BIGINT NOT NULL DEFAULT 0 COMMENT 'wire clock; moved at most once a minute',
  UNIQUE KEY api_key_hash (key_hash),
  KEY api_key_owner (owner_kind, owner, id)
) COMMENT='Keys that call us';

CREATE TABLE secret (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  brand BIGINT UNSIGNED NOT NULL,
  program BIGINT UNSIGNED NOT NULL COMMENT '0: for all programs of the brand',
  door ENUM('postback','shopify','stripe','paddle','woocommerce') NOT NULL,
  mode ENUM('live','test') NOT NULL,
  no INT UNSIGNED NOT NULL COMMENT 'counts up with every rotation',
  sealed VARBINARY(512) NOT NULL,
  last4 CHAR(4) NOT NULL,
  created_by BIGINT UNSIGNED NOT NULL,
  created_us BIGINT NOT NULL,
  not_after_us BIGINT NOT NULL DEFAULT 0 COMMENT 'wire clock; 0: current. A rotated one lives 7 days more',
  last_used_us BIGINT NOT NULL DEFAULT 0 COMMENT 'wire clock; moved at most once a minute',
  UNIQUE KEY secret_no (brand, program, door, mode, no)
) COMMENT='Secrets that sign what comes in';

CREATE TABLE site (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  brand BIGINT UNSIGNED NOT NULL,
  host VARCHAR(253) NOT NULL COMMENT 'lower-case ASCII (punycode), with :port when it is not the default',
  token VARCHAR(64) NOT NULL COMMENT 'what the TXT record or the file must hold',
  method ENUM('none','dns','file','script') NOT NULL DEFAULT 'none' COMMENT 'how it was verified',
  verified_us BIGINT NOT NULL DEFAULT 0,
  checked_us BIGINT NOT NULL DEFAULT 0,
  next_check_us BIGINT NOT NULL DEFAULT 0 COMMENT 'wire clock; 0: nothing due',
  tries INT UNSIGNED NOT NULL DEFAULT 0,
  result VARCHAR(60) NOT NULL DEFAULT '' COMMENT 'code of the last failure',
  created_us BIGINT NOT NULL,
  UNIQUE KEY site_host (brand, host),
  KEY site_due (next_check_us)
) COMMENT='Hosts a brand may send visitors to, once verified';

CREATE TABLE lease (
  name VARCHAR(80) NOT NULL PRIMARY KEY,
  holder VARCHAR(120) NOT NULL,
  until_us BIGINT NOT NULL COMMENT 'wire clock'
) COMMENT='Which process may run a job now';

CREATE TABLE job_failure (
  job VARCHAR(60) NOT NULL,
  item VARCHAR(80) NOT NULL COMMENT 'the row the job stumbled over',
  tries INT UNSIGNED NOT NULL COMMENT 'committed before the try; set aside after 3',
  detail VARCHAR(400) NOT NULL,
  at_us BIGINT NOT NULL COMMENT 'wire clock',
  PRIMARY KEY (job, item)
) COMMENT='Work that failed, so that one poisoned row cannot loop';
