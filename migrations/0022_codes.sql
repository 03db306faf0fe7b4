-- Discount codes: what they take off in the shop, and what takes a leaked one's place.

ALTER TABLE coupon
  ADD COLUMN discount_kind ENUM('brand','none','percent','amount') NOT NULL DEFAULT 'brand' COMMENT 'for exports to the shop; brand: as the brand''s other codes',
  ADD COLUMN discount BIGINT NOT NULL DEFAULT 0 COMMENT 'basis points, or minor units of the brand''s currency',
  ADD COLUMN replaced_by BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'the code in a leaked one''s place',
  ALGORITHM=INSTANT;
ALTER TABLE coupon
  ADD KEY coupon_brand (brand, mode, id),
  ALGORITHM=NOCOPY;
ALTER TABLE brand
  ADD COLUMN code_discount_kind ENUM('none','percent','amount') NOT NULL DEFAULT 'none' COMMENT 'of codes that have none of their own',
  ADD COLUMN code_discount BIGINT NOT NULL DEFAULT 0,
  ALGORITHM=INSTANT;
ALTER TABLE conversion
  ADD KEY conversion_coupon (coupon),
  ALGORITHM=NOCOPY;
