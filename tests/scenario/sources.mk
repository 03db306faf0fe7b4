# the ledger's stories: text tables, run through the database by one program
check_PROGRAMS += %D%/test_scenarios
TESTS += %D%/test_scenarios
tests_scenario_test_scenarios_SOURCES = %D%/test_scenarios.c
tests_scenario_test_scenarios_LDADD = $(TEST_LDADD)
EXTRA_DIST += \
	%D%/accrual.txt \
	%D%/approval.txt \
	%D%/brand_pays.txt \
	%D%/connect.txt \
	%D%/dispute.txt \
	%D%/fx.txt \
	%D%/payout.txt \
	%D%/payout_fails.txt \
	%D%/refund_after_approval.txt \
	%D%/refund_after_payout.txt \
	%D%/refund_before_approval.txt \
	%D%/rejection.txt \
	%D%/rewards.txt \
	%D%/rewards_unfulfilled.txt \
	%D%/rounding.txt \
	%D%/unattributed.txt \
	%D%/write_off.txt
