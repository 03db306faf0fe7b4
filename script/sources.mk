EXTRA_DIST += %D%/bench %D%/bootstrap %D%/server %D%/test %D%/lib/stack.sh
