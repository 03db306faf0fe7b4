-- Tracking hosts: a brand's own names for its links, and the company's label under the operator's.

CREATE TABLE domain (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  host VARCHAR(253) NOT NULL COMMENT 'lower case, punycode, no port',
  brand BIGINT UNSIGNED NOT NULL COMMENT 'whose links alone it leads to',
  kind ENUM('own','company') NOT NULL COMMENT 'own: by the brand''s CNAME; company: a label under company_domain',
  dns_state ENUM('unknown','none','wrong','right') NOT NULL DEFAULT 'unknown',
  dns_found VARCHAR(300) NOT NULL DEFAULT '' COMMENT 'the CNAME''s target, else addresses, as last seen',
  cert_state ENUM('unknown','none','other','right') NOT NULL DEFAULT 'unknown' COMMENT 'other: an answer, but not this Meed''s',
  active_us BIGINT NOT NULL DEFAULT 0 COMMENT 'wire clock, as all here: since when it was proved; 0: never yet',
  broken_us BIGINT NOT NULL DEFAULT 0 COMMENT 'since when an active one fails; 0: it does not',
  tries INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'failures in a row',
  checked_us BIGINT NOT NULL DEFAULT 0,
  next_check_us BIGINT NOT NULL DEFAULT 0 COMMENT '0: given up, until somebody asks',
  created_by BIGINT UNSIGNED NOT NULL,
  created_us BIGINT NOT NULL,
  UNIQUE KEY domain_host (host),
  KEY domain_brand (brand, kind, id),
  KEY domain_due (next_check_us)
) COMMENT='Hosts that links may stand on beside the platform''s; requests on any of them are honoured';
