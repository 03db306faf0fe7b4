-- Sales @from to @to of brand @brand, in the shape that the pipeline writes, one every 31 seconds,
-- spread over the brand's creators; every seventh is nobody's. Needs @from, @to and @brand.
SET SESSION sql_log_bin = 0;
SELECT MIN(id), COUNT(*) INTO @first, @creators FROM partnership WHERE brand = @brand;
SELECT program, version INTO @program, @version
  FROM (SELECT p.id AS program, p.version FROM program p WHERE p.brand = @brand ORDER BY p.id LIMIT 1) x;
SET @start = 1760000000000000;

INSERT INTO conversion (id, pid, brand, mode, program, version, event, door, door_rank, order_ref,
    gross, base, unit, occurred_us, received_us, updated_us, local_date, country, customer,
    is_new_customer, ip_hash, attribution, attribution_no, method, partnership, partner, link, status)
  SELECT 5000000 + seq, UNHEX(CONCAT('0190', LPAD(HEX(seq), 28, '0'))), @brand, 'live', @program,
      @version, 'sale', 'api', 2, CONCAT('bench-', seq), 12990, 12990, 'USD',
      @start + seq * 31000000, @start + seq * 31000000, @start + seq * 31000000, 20260101, ELT(seq MOD 5 + 1, 'DE', 'US', 'ES', 'FR', ''), 0, 0, REPEAT('\0', 32),
      IF(seq MOD 7, 'attributed', 'unattributed'), 1, IF(seq MOD 7, 'click', ''),
      IF(seq MOD 7, @first + seq MOD @creators, 0),
      IF(seq MOD 7, (SELECT partner FROM partnership WHERE id = @first + seq MOD @creators), 0), 0,
      IF(seq MOD 7, IF(seq MOD 3, 'approved', 'pending'), 'unattributed')
    FROM seq_1_to_1000000 WHERE seq BETWEEN @from AND @to;

INSERT INTO commission (pid, conversion, attribution_no, recipient, unit, brand, mode, program,
    partnership, partner, amount, status, approval, release_us, rule, explanation, received_us,
    updated_us)
  SELECT c.pid, c.id, 1, 'partner', 'USD', c.brand, 'live', c.program, c.partnership, c.partner,
      1299, IF(c.status = 'pending', 'pending', 'approved'), 'after_holdback',
      c.received_us + 2592000000000, 'program', '{"own_no":0,"unit":"USD","exponent":2,"lines":[]}',
      c.received_us, c.received_us
    FROM conversion c WHERE c.id BETWEEN 5000000 + @from AND 5000000 + @to AND c.partner <> 0;
