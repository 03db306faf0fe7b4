-- A sale has several keys, may come from another one, and may be held until a second door tells of it.

ALTER TABLE attribution_candidate
  MODIFY kind ENUM('click','coupon','token','ref','parent') NOT NULL COMMENT 'parent: the first sale of the subscription',
  ALGORITHM=INSTANT;
ALTER TABLE subscription
  ADD KEY subscription_ref (brand, mode, provider, ref),
  ALGORITHM=NOCOPY;

-- begin routine
CREATE PROCEDURE sale_put_v2(
  p_pid VARBINARY(16), p_brand BIGINT UNSIGNED, p_mode VARCHAR(4), p_program BIGINT UNSIGNED,
  p_version BIGINT UNSIGNED, p_event VARCHAR(8), p_door VARCHAR(16), p_door_rank TINYINT UNSIGNED,
  p_order_ref VARCHAR(200) CHARACTER SET utf8mb4, p_gross BIGINT, p_base BIGINT, p_unit VARCHAR(24),
  p_occurred_us BIGINT, p_received_us BIGINT, p_local_date INT, p_country VARCHAR(2),
  p_customer BIGINT UNSIGNED, p_is_new_customer TINYINT UNSIGNED, p_ip_hash VARBINARY(32),
  p_parent BIGINT UNSIGNED,
  p_attribution VARCHAR(12), p_attribution_no INT UNSIGNED, p_method VARCHAR(16),
  p_partnership BIGINT UNSIGNED, p_partner BIGINT UNSIGNED, p_link BIGINT UNSIGNED,
  p_coupon BIGINT UNSIGNED, p_campaign BIGINT UNSIGNED, p_status VARCHAR(16),
  p_holds TINYINT UNSIGNED, p_by_user BIGINT UNSIGNED,
  p_key_scope BIGINT UNSIGNED, p_key_kind VARCHAR(16), p_key_value VARCHAR(255) CHARACTER SET utf8mb4,
  p_more_keys LONGTEXT CHARACTER SET utf8mb4,
  p_provider VARCHAR(16), p_subscription VARCHAR(200) CHARACTER SET utf8mb4,
  p_event_id VARCHAR(255) CHARACTER SET utf8mb4, p_body_mac VARBINARY(32),
  p_event_json LONGTEXT CHARACTER SET utf8mb4, p_state VARCHAR(10), p_reason VARCHAR(60),
  p_due_us BIGINT, p_request VARBINARY(16), p_topic VARCHAR(60) CHARACTER SET utf8mb4)
SQL SECURITY INVOKER
COMMENT 'conversion, keys, subscription and inbox row; selects the id, or 0 when the sale or its event is known, the subscription''s first sale, and whether a parked adjustment waits for one of the keys'
BEGIN
  DECLARE v_id BIGINT UNSIGNED DEFAULT 0;
  DECLARE v_first BIGINT UNSIGNED DEFAULT 0;
  DECLARE v_waiting BIGINT UNSIGNED DEFAULT 0;
  DECLARE v_known TINYINT DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR 1062 SET v_known = 1;

  INSERT INTO conversion (pid, brand, mode, program, version, event, door, door_rank, order_ref,
      gross, base, unit, occurred_us, received_us, updated_us, local_date, country, customer,
      is_new_customer, ip_hash, parent, attribution, attribution_no, method, partnership, partner,
      link, coupon, campaign, status, holds, by_user)
    VALUES (p_pid, p_brand, p_mode, p_program, p_version, p_event, p_door, p_door_rank, p_order_ref,
      p_gross, p_base, p_unit, p_occurred_us, p_received_us, p_received_us, p_local_date, p_country,
      p_customer, p_is_new_customer, p_ip_hash, p_parent, p_attribution, p_attribution_no, p_method,
      p_partnership, p_partner, p_link, p_coupon, p_campaign, p_status, p_holds, p_by_user);
  SET v_id = LAST_INSERT_ID();
  INSERT INTO conversion_key (brand, mode, scope, kind, value, conversion)
    VALUES (p_brand, p_mode, p_key_scope, p_key_kind, p_key_value, v_id);
  IF NOT v_known AND p_more_keys <> '' THEN
    INSERT INTO conversion_key (brand, mode, scope, kind, value, conversion)
      SELECT p_brand, p_mode, k.scope, k.kind, k.value, v_id
      FROM JSON_TABLE(p_more_keys, '$[*]' COLUMNS (no FOR ORDINALITY,
        scope BIGINT UNSIGNED PATH '$.scope', kind VARCHAR(16) PATH '$.kind',
        value VARCHAR(255) PATH '$.value')) k ORDER BY k.no;
  END IF;
  IF NOT v_known THEN
    INSERT INTO inbox (brand, mode, door, event_id, program, version, body_mac, event, state, reason,
        field, conversion, tries, due_us, request_id, received_us, topic, order_ref)
      VALUES (p_brand, p_mode, p_door, p_event_id, p_program, p_version, p_body_mac, p_event_json,
        p_state, p_reason, '', v_id, 0, p_due_us, p_request, p_received_us, p_topic, p_order_ref);
    IF v_known THEN -- an event that failed before is taken up again by whoever brings it
      UPDATE inbox SET state = p_state, reason = p_reason, field = '', program = p_program,
          version = p_version, conversion = v_id, due_us = p_due_us, body_mac = p_body_mac,
          event = p_event_json, kind = 'sale', order_ref = p_order_ref,
          topic = IF(p_topic = '', topic, p_topic)
        WHERE brand = p_brand AND mode = p_mode AND door = p_door AND event_id = p_event_id
          AND state IN ('failed', 'refused', 'ignored');
      SET v_known = ROW_COUNT() = 0;
    END IF;
  END IF;
  IF NOT v_known AND p_subscription <> '' THEN
    INSERT INTO subscription (brand, mode, program, provider, ref, first_conversion)
      VALUES (p_brand, p_mode, p_program, p_provider, p_subscription, v_id)
      ON DUPLICATE KEY UPDATE first_conversion = first_conversion;
    SELECT first_conversion INTO v_first FROM subscription
      WHERE brand = p_brand AND mode = p_mode AND program = p_program AND provider = p_provider
        AND ref = p_subscription;
  END IF;
  -- A locking read: a refund that is being parked right now is waited for, as it waits for our keys.
  IF NOT v_known THEN
    SELECT STRAIGHT_JOIN COUNT(*) INTO v_waiting FROM conversion_key k
      JOIN adjustment_target t ON t.brand = k.brand AND t.mode = k.mode AND t.kind = k.kind
        AND t.value = k.value AND t.program IN (0, p_program)
      WHERE k.conversion = v_id LOCK IN SHARE MODE;
  END IF;
  SELECT IF(v_known, 0, v_id), v_first, v_waiting > 0;
END
-- end routine

-- begin routine
CREATE PROCEDURE sale_credit_v2(
  p_conversion BIGINT UNSIGNED, p_no INT UNSIGNED, p_brand BIGINT UNSIGNED, p_mode VARCHAR(4),
  p_program BIGINT UNSIGNED, p_partnership BIGINT UNSIGNED, p_partner BIGINT UNSIGNED,
  p_link BIGINT UNSIGNED, p_coupon BIGINT UNSIGNED, p_click VARBINARY(16), p_method VARCHAR(16),
  p_reason VARCHAR(40), p_window_days SMALLINT UNSIGNED, p_by_user BIGINT UNSIGNED,
  p_note VARCHAR(1000) CHARACTER SET utf8mb4, p_now_us BIGINT,
  p_counts TINYINT, p_day INT, p_sale_unit VARCHAR(24), p_country VARCHAR(2), p_gross BIGINT,
  p_has_commission TINYINT, p_pid VARBINARY(16), p_recipient VARCHAR(8), p_unit VARCHAR(24),
  p_amount BIGINT, p_fee_partner BIGINT, p_fee_brand BIGINT, p_approval VARCHAR(16),
  p_release_us BIGINT, p_rule VARCHAR(24), p_explanation LONGTEXT CHARACTER SET utf8mb4,
  p_received_us BIGINT, p_hold VARCHAR(24), p_payload LONGTEXT CHARACTER SET utf8mb4)
SQL SECURITY INVOKER
COMMENT 'attribution, commission with its event, hold and outbox row, and, if p_counts, what reports count; selects the commission''s id, or 0'
BEGIN
  DECLARE v_id BIGINT UNSIGNED DEFAULT 0;
  DECLARE v_one_unit TINYINT DEFAULT p_has_commission AND p_unit = p_sale_unit;

  INSERT INTO attribution (conversion, no, partnership, method, reason, click_id, link, coupon,
      window_days, by_user, at_us)
    VALUES (p_conversion, p_no, p_partnership, p_method, p_reason, p_click, p_link, p_coupon,
      p_window_days, p_by_user, p_now_us);
  IF p_counts THEN
    -- A flat commission may be in another currency than the sale: then they are two lines.
    INSERT INTO rollup_delta (brand, mode, day, unit, program, partnership, link, country, sales,
        gross, commission, earned)
      VALUES (p_brand, p_mode, p_day, p_sale_unit, p_program, p_partnership, p_link, p_country, 1,
        p_gross, IF(v_one_unit, p_amount + p_fee_brand, 0),
        IF(v_one_unit, p_amount - p_fee_partner, 0));
    IF p_has_commission AND NOT v_one_unit THEN
      INSERT INTO rollup_delta (brand, mode, day, unit, program, partnership, link, country,
          commission, earned)
        VALUES (p_brand, p_mode, p_day, p_unit, p_program, p_partnership, p_link, p_country,
          p_amount + p_fee_brand, p_amount - p_fee_partner);
    END IF;
  END IF;
  IF p_has_commission THEN
    INSERT INTO commission (pid, conversion, attribution_no, recipient, unit, brand, mode, program,
        partnership, partner, amount, fee_partner, fee_brand, status, holds, approval, release_us,
        rule, explanation, version, received_us, updated_us)
      VALUES (p_pid, p_conversion, p_no, p_recipient, p_unit, p_brand, p_mode, p_program,
        p_partnership, p_partner, p_amount, p_fee_partner, p_fee_brand, 'pending', p_hold <> '',
        p_approval, p_release_us, p_rule, p_explanation, 1, p_received_us, p_now_us);
    SET v_id = LAST_INSERT_ID();
    INSERT INTO commission_event (commission, seq, from_status, to_status, actor_kind, actor, reason,
        note, at_us)
      VALUES (v_id, 1, '', 'pending', IF(p_by_user = 0, 'door', 'user'), p_by_user, p_reason, p_note,
        p_now_us);
    IF p_hold <> '' THEN
      INSERT INTO flag (commission, brand, mode, rule, severity, state, at_us)
        VALUES (v_id, p_brand, p_mode, p_hold, 'hold', 'open', p_now_us);
    END IF;
    INSERT INTO outbox (source_kind, source, kind, seq, brand, mode, payload, created_us)
      VALUES ('commission', v_id, 'commission.created', 1, p_brand, p_mode, p_payload, p_now_us);
    INSERT INTO outbox_queue (outbox) VALUES (LAST_INSERT_ID());
  END IF;
  SELECT v_id;
END
-- end routine
