-- What shops ask beside sales: a connection that ended, data to be told, people to be forgotten.

CREATE TABLE shop_request (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  brand BIGINT UNSIGNED NOT NULL,
  mode ENUM('live','test') NOT NULL,
  door VARCHAR(16) NOT NULL,
  kind ENUM('uninstalled','data_request','redact_customer','redact_shop') NOT NULL,
  event_id VARCHAR(255) COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'the delivery: what is told again is asked once',
  customer_hash BINARY(32) NOT NULL COMMENT 'redact_customer; zero: not told, or carried out',
  orders JSON NOT NULL COMMENT 'keys of the orders it names; empty once carried out',
  cursor_us BIGINT NOT NULL DEFAULT 0 COMMENT 'redact_shop: received_us of the last event done; redact_customer: orders done',
  cursor_id BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'redact_shop: its id',
  asked_us BIGINT NOT NULL COMMENT 'business clock',
  due_us BIGINT NOT NULL COMMENT 'wire clock: by when it must be carried out',
  done_us BIGINT NOT NULL DEFAULT 0 COMMENT 'wire clock; 0: not yet',
  UNIQUE KEY shop_request_event (brand, mode, door, kind, event_id),
  KEY shop_request_open (done_us, id)
) COMMENT='Requests about people and connections; the worker carries out the redactions';

-- All sales of one customer.
ALTER TABLE conversion
  ADD KEY conversion_customer (customer),
  ALGORITHM=NOCOPY;
