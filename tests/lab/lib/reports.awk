# SPDX-License-Identifier: MIT
# Prints the kernel's reports in a console log, except those a pattern announces; exits 1 if any.
# A report is a block: its first line says what it is, the rest is registers and backtraces, so a
# pattern may name the function in which it happened. Patterns: one a line in the file `allow`.

BEGIN {
	while ((getline line < allow) > 0)
		if (line != "") patterns[++npatterns] = line
	starts = "WARNING: |BUG: |kernel BUG at |Oops: |general protection fault|Kernel panic|" \
		"refcount_t: |INFO: task .* blocked for more than|INFO: rcu|rcu: INFO: |" \
		"INFO: trying to register non-static key|INFO: lockdep|DEBUG_LOCKS_WARN_ON|" \
		"unreferenced object 0x|UBSAN: |ODEBUG: |list_(add|del) corruption|" \
		"Bad page state|stack-protector:|workqueue lockup|watchdog: .*(lockup|stuck)"
	# these come in the middle of a report that another line has opened
	continues = "Oops: |refcount_t: |ODEBUG: |list_(add|del) corruption|DEBUG_LOCKS_WARN_ON|Kernel panic"
	most = 80
}

function finish(    i) {
	if (lines && !known) {
		if (reports++) print "  --"
		for (i = 1; i <= lines; i++) print "  " block[i]
	}
	lines = known = 0
}

{
	sub(/\r$/, "")
	text = $0
	sub(/^\[[ 0-9.]*\]( *\[[CT ]*[0-9]*\])? ?/, "", text)
}

text ~ starts && !(lines && lines < 20 && text ~ continues) { finish(); open = 1 }
open {
	block[++lines] = text
	for (i = 1; i <= npatterns && !known; i++) known = text ~ patterns[i]
	if (lines >= most || text ~ /end trace/) { finish(); open = 0 }
}

END { finish(); exit reports > 0 }
