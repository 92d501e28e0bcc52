# SPDX-License-Identifier: MIT
# A manual page of the calls in one section of amdgpu_userq.h, as the header says it:
# awk -v page=auq_device -f header-page.awk amdgpu_userq.h
# With -v page= nothing but what the header says of all calls, to be a part of another page.

function escape(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	if (text ~ /^[.']/) text = "\\&" text
	return text
}

function out(text,    name) {
	text = escape(text)
	while (match(text, /@[a-z_]+/)) {
		name = substr(text, RSTART + 1, RLENGTH - 1)
		text = substr(text, 1, RSTART - 1) "\\fI" name "\\fP" substr(text, RSTART + RLENGTH)
	}
	gsub(/[.] +/, ".\n", text)
	if (wants_paragraph) print ".Pp"
	wants_paragraph = 0
	print text
}

function open_list(kind, head) {
	if (list != kind) {
		close_list()
		wants_paragraph = 0
		print ".Bl " head
		list = kind
	}
}

function close_list() {
	if (list) print ".El"
	list = ""
}

# One line of a comment, without what is around it. What is indented goes on with an item.
function text_line(line) {
	if (line == "") { gap = 1; return }
	if (match(line, /^@[a-z_]+:/)) {
		open_list("arguments", "-tag -width Ds")
		print ".It Fa " substr(line, 2, RLENGTH - 2)
		line = substr(line, RLENGTH + 2)
	} else if (match(line, /^(-[A-Z][A-Z0-9_]*(, )?)+( \([^)]*\))?(:|$)/)) {
		open_list("errors", "-tag -width Ds")
		print ".It " escape(substr(line, 1, RLENGTH - (substr(line, RLENGTH, 1) == ":")))
		line = substr(line, RLENGTH + 2)
	} else if (line ~ /^- /) {
		open_list("points", "-bullet")
		print ".It"
		line = substr(line, 3)
	} else if (line ~ /^  / && !list) {
		print ".Dl " escape(substr(line, 3))
		return
	} else if (line !~ /^ / || !list) {
		if (list && line !~ /^ /) close_list()
		if (gap) wants_paragraph = 1
	} else if (gap) {
		wants_paragraph = 1
	}
	gap = 0
	sub(/^ +/, "", line)
	if (line != "") out(line)
}

function comment(text,    lines, count, i) {
	count = split(text, lines, "\n")
	gap = 0
	for (i = 1; i <= count; i++) text_line(lines[i])
	close_list()
}

function code(text) {
	print ".Bd -literal"
	out_code(text)
	print ".Ed"
}

function out_code(text,    lines, count, i) {
	count = split(text, lines, "\n")
	for (i = 1; i <= count; i++) print escape(lines[i])
}

/^\/\* ---- / {
	section = $3
	title = $0
	sub(/^\/\* ---- [a-z_]+\(3\): /, "", title)
	sub(/ -+ \*\/$/, "", title)
	sub(/\(3\):$/, "", section)
	if (section == page) page_title = title
	next
}
/^\/\*/ && !in_comment {
	in_comment = 1
	pending = ""
	is_of_code = /^\/\*\*/
}
in_comment {
	line = $0
	ends = line ~ /\*\/$/
	sub(/^\/\*\*? ?/, "", line)
	sub(/ ?\*\/$/, "", line)
	sub(/^ \* ?/, "", line)
	if (!($0 ~ /^\/\*\*?$/ || $0 ~ /^ \*\/$/)) pending = pending (pending == "" ? "" : "\n") line
	if (ends) {
		in_comment = 0
		if (page == "" && ++comments == 2) {
			sub(/.*Rules that hold[^\n]*\n\n/, "", pending)
			comment(pending)
			exit
		}
		if (!is_of_code && section == page) {
			parts[++num] = "comment"
			texts[num] = pending
			pending = ""
		}
	}
	next
}
section != page || page == "" { pending = ""; next }
/^#(pragma|ifdef|endif|ifndef)|^extern "C"|^}$/ { next }
/^$/ {
	if (declaring) {
		declaration = declaration "\n"
	} else {
		pending = ""
		closed = num && parts[num] == "code"
	}
	next
}
{
	if (!declaring) declaration = ""
	declaring = 1
	declaration = declaration (declaration == "" ? "" : "\n") $0
	depth += gsub(/\{/, "{") - gsub(/\}/, "}")
	if (depth == 0 && ($0 ~ /;( *\/\*.*\*\/)?$/ || $0 ~ /^#define .*[^\\]$/)) {
		declaring = 0
		if (pending == "" && num && parts[num] == "code" && !closed) {
			texts[num] = texts[num] "\n" declaration
		} else {
			if (pending != "") {
				parts[++num] = "comment"
				texts[num] = pending
				before[num + 1] = 1
			}
			parts[++num] = "code"
			texts[num] = declaration
		}
		pending = ""
		closed = 0
		if (declaration !~ /^#|^(struct|enum) [a-z_]+ \{/ && match(declaration, /auq_[a-z_0-9]+\(/)) {
			names[++num_names] = substr(declaration, RSTART, RLENGTH - 1)
			if (!(num in called)) called[num] = names[num_names]
		}
	}
}
END {
	if (page == "") exit
	print ".\\\" SPDX-License-Identifier: MIT"
	print ".Dd " date
	print ".Dt " toupper(page) " 3"
	print ".Os libamdgpu_userq"
	print ".Sh NAME"
	for (i = 1; i <= num_names; i++) print ".Nm " names[i] (i < num_names ? " ," : "")
	print ".Nd " page_title
	print ".Sh SYNOPSIS"
	print ".In amdgpu_userq.h"
	print ".Sh DESCRIPTION"
	for (i = 1; i <= num; i++) {
		if (parts[i] == "comment" && before[i + 1]) continue
		if (parts[i] == "comment") {
			wants_paragraph = i > 1
			comment(texts[i])
			continue
		}
		if (called[i]) print ".Ss " called[i]
		code(texts[i])
		if (before[i]) {
			wants_paragraph = 1
			comment(texts[i - 1])
		}
	}
	print ".Sh SEE ALSO"
	print ".Xr libamdgpu_userq 3 ,"
	print ".Xr libamdgpu_userq_tutorial 7"
}
