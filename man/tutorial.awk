# SPDX-License-Identifier: MIT
# awk -f tutorial.awk PROGRAM.c TUTORIAL.7.in: "@CODE function@" becomes that function of the
# program with the comment in front of it, "@CODE function 3-5@" those paragraphs of it alone.
FNR == NR {
	if ($0 == "") { if (!name) comment = ""; else add($0); next }
	if (!name && /^(\/\*| \*)/) { comment = comment $0 "\n"; next }
	if (!name && /^[a-z].*[ *][a-z_]+\(.*\)$/) {
		name = $0
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		whole[name] = comment
		num[name] = 1
	}
	if (name) add($0)
	if ($0 == "}") { name = ""; comment = "" }
	next
}

function add(text) {
	whole[name] = whole[name] text "\n"
	if (text == "") num[name]++
	else if (text !~ /^[^\t]/) body[name, num[name]] = body[name, num[name]] text "\n"
}

function print_code(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	sub(/\n$/, "", text)
	print ".Bd -literal -offset indent"
	print text
	print ".Ed"
}

$1 == "@CODE" {
	function_name = $2
	sub(/@$/, "", function_name)
	if (!(function_name in whole)) {
		print "tutorial.awk: no function '" function_name "'" > "/dev/stderr"
		exit 1
	}
	if (NF == 2) { print_code(whole[function_name]); next }
	split($3, range, /[-@]/)
	text = ""
	for (i = range[1] + 0; i <= range[2] + 0 && i <= num[function_name]; i++)
		text = text (text == "" ? "" : "\n") body[function_name, i]
	print_code(text)
	next
}
{ print }
