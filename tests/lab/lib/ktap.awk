# SPDX-License-Identifier: MIT
# From the results of KUnit suites, each after a line "suite NAME", to flat TAP: a line for each case,
# what the case said below it if it failed. Exits 1 if anything did, or if `status`, that of the run,
# is not 0. A suite must bring as many cases as it announces, and its own verdict.

function point(ok, name) {
	printf "%s %d - %s\n", ok ? "ok" : "not ok", ++count, name
	if (!ok) {
		failed++
		printf "%s", said
	}
	said = ""
}

function finish() {
	if (suite != "" && cases != plan)
		point(0, suite ": " cases + 0 " of " plan + 0 " cases came to an end")
	else if (suite != "" && !verdict)
		point(0, suite ": the suite came to an end")
	else if (verdict == "not ok" && !bad)
		point(0, suite ": the suite's own verdict")
	cases = plan = bad = 0
	verdict = said = ""
}

/^suite / { finish(); suite = $2; next }
/^    1\.\.[0-9]+$/ { plan = substr($1, 4); next }
/^    (not )?ok [0-9]+ / {
	ok = $1 == "ok"
	sub(/^ *(not )?ok [0-9]+ (- )?/, "")
	cases++
	bad += !ok
	point(ok, suite "." $0)
	next
}
/^(not )?ok [0-9]+ / {
	verdict = $1 == "ok" ? "ok" : "not ok"
	if (/# SKIP/) point(1, suite " # SKIP")
	next
}
{ said = said "# " $0 "\n" }

END {
	finish()
	if (suite == "") point(0, "a suite matches " glob)
	if (status == 124) point(0, "the suites end in time")
	else if (status == 121) point(0, "the kernel has nothing to report")
	else if (status != 0) point(0, "the guest's status is 0, not " status)
	print "1.." count
	exit failed > 0
}
