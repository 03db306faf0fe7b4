-- What a door last refused of a brand's test sales: so that the setup page can name the remedy.

CREATE TABLE door_refusal (
  brand BIGINT UNSIGNED NOT NULL,
  door VARCHAR(16) NOT NULL COMMENT 'api, postback …',
  code VARCHAR(40) NOT NULL COMMENT 'the problem''s, as it was answered',
  field VARCHAR(60) NOT NULL DEFAULT '' COMMENT 'the member it named',
  at_us BIGINT NOT NULL COMMENT 'business clock',
  PRIMARY KEY (brand, door)
) COMMENT='One row a brand and door, overwritten by the next';
