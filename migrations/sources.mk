# meedctl migrate reads them where they are installed.
migrationsdir = $(pkgdatadir)/migrations
dist_migrations_DATA = \
	migrations/0001_accounts.sql \
	migrations/0002_programs.sql \
	migrations/0003_clicks.sql \
	migrations/0004_conversions.sql \
	migrations/0005_ledger.sql \
	migrations/0006_outbox_rollups.sql \
	migrations/0007_partnership_decisions.sql \
	migrations/0008_door_refusals.sql \
	migrations/0009_rollup_range.sql \
	migrations/0010_sale_routines.sql \
	migrations/0011_doors.sql \
	migrations/0014_refunds.sql \
	migrations/0015_test_refunds.sql \
	migrations/0016_shop_requests.sql \
	migrations/0018_idempotency.sql \
	migrations/0012_sale_keys.sql \
	migrations/0013_missing_sales.sql \
	migrations/0021_domains.sql \
	migrations/0022_codes.sql \
	migrations/0023_test_data.sql \
	migrations/0024_claims.sql \
	migrations/grants.sql
