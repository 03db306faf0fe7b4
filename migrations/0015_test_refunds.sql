-- Erasing test data takes what refunds of test sales wrote, too.

-- begin routine
CREATE PROCEDURE test_erase_sale_v2(p_conversion BIGINT UNSIGNED)
SQL SECURITY DEFINER
COMMENT 'everything about one test sale; its transfers leave the balances as if they had never been'
BEGIN
  DECLARE v_locked BIGINT;

  -- First what others would change meanwhile: the commission (approval, refunds), then what the
  -- fold would move into a balance.
  SELECT COUNT(*) INTO v_locked FROM commission WHERE conversion = p_conversion AND mode = 'test'
    FOR UPDATE;
  SELECT COUNT(u.line) INTO v_locked FROM commission m
    JOIN ledger_transfer t ON t.source_kind = 'commission' AND t.source = m.id AND t.mode = 'test'
    JOIN ledger_unfolded u ON u.transfer = t.id
    WHERE m.conversion = p_conversion AND m.mode = 'test' FOR UPDATE;
  -- A multiple-table UPDATE changes a row once however often it is matched: sum up first.
  UPDATE ledger_account a JOIN
      (SELECT e.account, SUM(e.amount) AS amount
         FROM commission m
         JOIN ledger_transfer t ON t.source_kind = 'commission' AND t.source = m.id AND t.mode = 'test'
         JOIN ledger_entry e ON e.transfer = t.id
         LEFT JOIN ledger_unfolded u ON u.transfer = e.transfer AND u.line = e.line
        WHERE m.conversion = p_conversion AND m.mode = 'test' AND u.transfer IS NULL
        GROUP BY e.account ORDER BY e.account) s ON s.account = a.id
    SET a.balance = a.balance - s.amount WHERE a.mode = 'test';
  DELETE u, q, e, t FROM commission m
    JOIN ledger_transfer t ON t.source_kind = 'commission' AND t.source = m.id AND t.mode = 'test'
    LEFT JOIN ledger_entry e ON e.transfer = t.id
    LEFT JOIN ledger_unfolded u ON u.transfer = t.id
    LEFT JOIN seal_queue q ON q.transfer = t.id
    WHERE m.conversion = p_conversion AND m.mode = 'test';
  DELETE d, q, o FROM commission m
    JOIN outbox o ON o.source_kind = 'commission' AND o.source = m.id AND o.mode = 'test'
    LEFT JOIN outbox_queue q ON q.outbox = o.id
    LEFT JOIN delivery d ON d.outbox = o.id
    WHERE m.conversion = p_conversion AND m.mode = 'test';
  DELETE f, v, m FROM commission m
    LEFT JOIN commission_event v ON v.commission = m.id
    LEFT JOIN flag f ON f.commission = m.id
    WHERE m.conversion = p_conversion AND m.mode = 'test';
  DELETE t, l, w, j FROM adjustment j LEFT JOIN adjustment_target t ON t.adjustment = j.id
    LEFT JOIN adjustment_line l ON l.adjustment = j.id
    LEFT JOIN adjustment_inbox w ON w.adjustment = j.id
    WHERE j.conversion = p_conversion AND j.mode = 'test';
  DELETE FROM refund_entry WHERE conversion = p_conversion AND mode = 'test';
  DELETE FROM subscription WHERE first_conversion = p_conversion AND mode = 'test';
  DELETE FROM inbox WHERE conversion = p_conversion AND mode = 'test';
  DELETE i, n, a, k, c FROM conversion c
    LEFT JOIN conversion_key k ON k.conversion = c.id
    LEFT JOIN conversion_item i ON i.conversion = c.id
    LEFT JOIN attribution a ON a.conversion = c.id
    LEFT JOIN attribution_candidate n ON n.conversion = c.id
    WHERE c.id = p_conversion AND c.mode = 'test';
END
-- end routine

-- begin routine
CREATE PROCEDURE test_erase_v2(p_brand BIGINT UNSIGNED, p_sales INT UNSIGNED, p_rows INT UNSIGNED)
SQL SECURITY DEFINER
COMMENT 'a bounded part of a brand''s test data; selects how many rows of it are gone. Run it in a transaction until it says 0'
BEGIN
  DECLARE v_gone BIGINT UNSIGNED DEFAULT 0;
  DECLARE v_id BIGINT UNSIGNED;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET v_id = NULL;

  sales: WHILE v_gone < p_sales DO
    SET v_id = NULL;
    SELECT id INTO v_id FROM conversion WHERE brand = p_brand AND mode = 'test'
      ORDER BY occurred_us, id LIMIT 1 FOR UPDATE;
    IF v_id IS NULL THEN LEAVE sales; END IF;
    CALL test_erase_sale_v2(v_id);
    SET v_gone = v_gone + 1;
  END WHILE;
  IF v_gone = 0 THEN
    DELETE FROM inbox WHERE brand = p_brand AND mode = 'test' LIMIT p_rows;
    SET v_gone = v_gone + ROW_COUNT();
    DELETE FROM adjustment_target WHERE brand = p_brand AND mode = 'test' LIMIT p_rows;
    SET v_gone = v_gone + ROW_COUNT();
    DELETE l FROM adjustment j JOIN adjustment_line l ON l.adjustment = j.id
      WHERE j.brand = p_brand AND j.mode = 'test';
    DELETE w FROM adjustment j JOIN adjustment_inbox w ON w.adjustment = j.id
      WHERE j.brand = p_brand AND j.mode = 'test';
    DELETE FROM adjustment WHERE brand = p_brand AND mode = 'test' LIMIT p_rows;
    SET v_gone = v_gone + ROW_COUNT();
    DELETE FROM customer WHERE brand = p_brand AND mode = 'test' LIMIT p_rows;
    SET v_gone = v_gone + ROW_COUNT();
    links: WHILE v_gone < p_rows DO
      SET v_id = NULL;
      SELECT l.id INTO v_id FROM link l WHERE l.brand = p_brand
        AND EXISTS (SELECT 1 FROM click k WHERE k.link = l.id AND k.mode = 'test') LIMIT 1;
      IF v_id IS NULL THEN LEAVE links; END IF;
      DELETE FROM click WHERE link = v_id AND mode = 'test' LIMIT p_rows;
      SET v_gone = v_gone + ROW_COUNT();
    END WHILE;
  END IF;
  SELECT v_gone;
END
-- end routine
