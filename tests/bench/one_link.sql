-- The least that a link needs to be live: token "bench234". Run on an empty database.
INSERT INTO company (pid, name, created_us) VALUES (RANDOM_BYTES(16), 'Bench Ltd', 0);
INSERT INTO brand (pid, company, name, code_prefix, currency, created_us)
  SELECT RANDOM_BYTES(16), id, 'Bench', 'BENCH', 'USD', 0 FROM company;
INSERT INTO program (pid, brand, name, currency, status, dest_url, created_us)
  SELECT RANDOM_BYTES(16), id, 'Bench', 'USD', 'active', 'https://shop.example/', 0 FROM brand;
INSERT INTO program_version (program, no, settings, by_user, from_us)
  SELECT id, 1, '{"attribution_window_days":30}', 0, 0 FROM program;
UPDATE program SET version_no = 1, version = (SELECT id FROM program_version);
INSERT INTO partner (pid, kind, owner, handle, name, created_us)
  VALUES (RANDOM_BYTES(16), 'person', 1, 'bench', 'Bench', 0);
INSERT INTO partnership (pid, program, brand, partner, slug, status, applied_us)
  SELECT RANDOM_BYTES(16), p.id, p.brand, t.id, 'bench', 'active', 0 FROM program p, partner t;
INSERT INTO link (pid, token, partnership, program, brand, partner, created_us)
  SELECT RANDOM_BYTES(16), 'bench234', id, program, brand, partner, 0 FROM partnership;
INSERT INTO link_alias (shape, value, link) SELECT 'token', token, id FROM link;
