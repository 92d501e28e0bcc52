// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "model/catalogue.h"
#include "model/race.h"
#include "sim/profile.h"

#include <argp.h>
#include <ctype.h>
#include <string.h>

/* What an option's argument is called in --help says what may be there. */
enum kind { ANYTHING, WORDS, LIST, DEVICE, FILES };

static void put_engines(FILE *out)
{
	fputs("auto", out);
	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++)
		fprintf(out, " %s", ip_name(ip));
}

static void put_sources(FILE *out)
{
	fputs("auto", out);
	for (unsigned source = 0; source < NUM_EVIDENCE; source++)
		fprintf(out, " %s", evidence_name(source));
}

static void put_defects(FILE *out)
{
	for (unsigned i = 0; i < catalogue_size; i++)
		fprintf(out, "%s%s", i ? " " : "", catalogue[i].id);
}

static void put_races(FILE *out)
{
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		fprintf(out, "%s%s", i ? " " : "", race_kind_name(i));
}

static void put_profiles(FILE *out)
{
	for (unsigned i = 0; sim_profiles[i].name; i++)
		fprintf(out, "%s%s", i ? " " : "", sim_profiles[i].name);
}

static void put_devices(FILE *out)
{
	fputs("sim", out);
	for (unsigned i = 0; sim_profiles[i].name; i++)
		fprintf(out, " sim:%s", sim_profiles[i].name);
}

static void put_commands(FILE *out)
{
	for (unsigned i = 0; commands[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", commands[i]->name);
}

static const struct value {
	const char *name;
	enum kind kind;
	void (*put)(FILE *out);
} values[] = {
	{"DEVICE", DEVICE, put_devices}, {"ENGINE", WORDS, put_engines},
	{"FILE", FILES, NULL},           {"ID", WORDS, put_defects},
	{"KERNEL", WORDS, put_profiles}, {"NAMES", LIST, put_races},
	{"SOURCES", LIST, put_sources},
};

static const struct value *find_value(const char *name)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(values[i].name, name) == 0)
			return &values[i];
	return NULL;
}

static bool is_program(const struct command *command)
{
	return command->argp && command->argp->args_doc &&
	       strstr(command->argp->args_doc, "PROGRAM");
}

/* ---- options ------------------------------------------------------------- */

typedef void put_option(const struct command *command, const struct argp_option *option, FILE *out);

static void visit(const struct command *command, const struct argp *argp, put_option *put,
		  FILE *out)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;

	for (; option && option->name; option++)
		put(command, option, out);
	for (; child && child->argp; child++)
		visit(command, child->argp, put, out);
}

/* What argp adds by itself. */
static const struct argp_option own_options[] = {
	{"help", '?', NULL, 0, "Give this help list", 0},
	{"usage", 0, NULL, 0, "Give a short usage message", 0},
	{"version", 'V', NULL, 0, "Print program version", 0},
	{0},
};

static void visit_all(const struct command *command, put_option *put, FILE *out)
{
	static const struct argp own = {.options = own_options};

	visit(command, command->argp, put, out);
	visit(command, &own, put, out);
}

static bool has_letter(const struct argp_option *option)
{
	return option->key > 0 && option->key < 128 && isprint(option->key);
}

/* ---- bash ---------------------------------------------------------------- */

static void put_bash_argument(const struct command *command, const struct argp_option *option,
			      FILE *out)
{
	if (!option->arg)
		return;
	fprintf(out, "\t%s:--%s", command->name, option->name);
	if (has_letter(option))
		fprintf(out, " | %s:-%c", command->name, option->key);
	fprintf(out, ") REPLY=%s ;;\n", option->arg);
}

static void put_bash_option(const struct command *command, const struct argp_option *option,
			    FILE *out)
{
	(void)command;
	fprintf(out, " --%s%s", option->name, option->arg ? "=" : "");
}

static void put_bash_values(FILE *out)
{
	static const char *const calls[] = {
		[WORDS] = "_amdfence_words \"$2\" ",
		[LIST] = "_amdfence_list \"$2\" ",
		[DEVICE] = "_amdfence_words \"$2\" $(compgen -G '/dev/dri/renderD*') ",
		[FILES] = "_amdfence_files \"$2\"",
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		fprintf(out, "\t%s) %s", values[i].name, calls[values[i].kind]);
		if (values[i].put)
			values[i].put(out);
		fputs(" ;;\n", out);
	}
}

/* Behind -- nothing is ours any more. */
static void put_bash_programs(FILE *out)
{
	for (unsigned i = 0; commands[i]; i++)
		if (is_program(commands[i]))
			fprintf(out,
				"\t%s:-*)\n"
				"\t\tif [[ \" ${words[*]:2:${#words[@]}-3} \" == *\" -- \"* ]]; "
				"then\n"
				"\t\t\treturn\n"
				"\t\tfi ;;&\n",
				commands[i]->name);
}

static int put_bash(const void *data, FILE *out)
{
	(void)data;
	fputs("# bash completion of amdfence, as \"amdfence completion bash\" writes it\n"
	      "# SPDX-License-Identifier: MIT\n"
	      "\n"
	      "# Of what is typed: the words that go on with it, without what comes before the\n"
	      "# last : or =, behind which a word of readline begins.\n"
	      "_amdfence_words()\n"
	      "{\n"
	      "\tlocal typed=$1 before=${1%\"${1##*[:=]}\"}\n"
	      "\tshift\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$*\" -- \"$typed\")\n"
	      "\tCOMPREPLY=(\"${COMPREPLY[@]#\"$before\"}\")\n"
	      "}\n"
	      "\n"
	      "# With commas in between: of the last of them.\n"
	      "_amdfence_list()\n"
	      "{\n"
	      "\tlocal typed=$1 before=${1%\"${1##*,}\"}\n"
	      "\tshift\n"
	      "\t_amdfence_words \"$typed\" \"${@/#/$before}\"\n"
	      "}\n"
	      "\n"
	      "_amdfence_files()\n"
	      "{\n"
	      "\tcompopt -o filenames 2>/dev/null\n"
	      "\tmapfile -t COMPREPLY < <(compgen -f -- \"$1\")\n"
	      "}\n"
	      "\n"
	      "_amdfence_value() # what it is called, and what is typed of it\n"
	      "{\n"
	      "\tcase $1 in\n",
	      out);
	put_bash_values(out);
	fputs("\tesac\n"
	      "}\n"
	      "\n"
	      "_amdfence_argument() # what that of an option is called; false: it has none\n"
	      "{\n"
	      "\tcase $1:$2 in\n",
	      out);
	for (unsigned i = 0; commands[i]; i++)
		if (commands[i]->argp)
			visit_all(commands[i], put_bash_argument, out);
	fputs("\t*) return 1 ;;\n"
	      "\tesac\n"
	      "}\n"
	      "\n"
	      "_amdfence()\n"
	      "{\n"
	      "\tlocal line=${COMP_LINE:0:COMP_POINT} word option value REPLY\n"
	      "\tlocal -a words\n"
	      "\tread -ra words <<<\"$line\"\n"
	      "\tif [[ $line == *[[:space:]] ]]; then words+=(''); fi\n"
	      "\tword=${words[-1]} COMPREPLY=()\n"
	      "\tif ((${#words[@]} == 2)); then\n"
	      "\t\t_amdfence_words \"$word\" --help --version ",
	      out);
	put_commands(out);
	fputs("\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\toption=${words[-2]} value=$word\n"
	      "\tif [[ $word == --*=* ]]; then option=${word%%=*} value=${word#*=}; fi\n"
	      "\tif _amdfence_argument \"${words[1]}\" \"$option\"; then\n"
	      "\t\t_amdfence_value \"$REPLY\" \"$value\"\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\tcase ${words[1]}:$word in\n",
	      out);
	put_bash_programs(out);
	for (unsigned i = 0; commands[i]; i++) {
		if (!commands[i]->argp)
			continue;
		fprintf(out, "\t%s:-*) _amdfence_words \"$word\"", commands[i]->name);
		visit_all(commands[i], put_bash_option, out);
		fputs(" ;;\n", out);
	}
	for (unsigned i = 0; commands[i]; i++) {
		if (is_program(commands[i]))
			fprintf(out,
				"\t%s:*) mapfile -t COMPREPLY < <(compgen -cf -- \"$word\") ;;\n",
				commands[i]->name);
		else if (commands[i]->argp && commands[i]->argp->args_doc)
			fprintf(out, "\t%s:*) _amdfence_files \"$word\" ;;\n", commands[i]->name);
	}
	fprintf(out,
		"\t%s:*) _amdfence_words \"$word\" bash zsh ;;\n\t%s:*) _amdfence_words \"$word\" ",
		cmd_completion.name, cmd_help.name);
	put_commands(out);
	fputs(" ;;\n"
	      "\tesac\n"
	      "\tif [[ ${COMPREPLY-} == *= ]]; then compopt -o nospace 2>/dev/null; fi\n"
	      "}\n"
	      "\n"
	      "complete -F _amdfence amdfence\n",
	      out);
	return 0;
}

/* ---- zsh ----------------------------------------------------------------- */

/* Between brackets and between single quotes. */
static void put_zsh_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:\\", *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void put_zsh_action(const char *name, FILE *out)
{
	const struct value *value = find_value(name);

	switch (value ? value->kind : ANYTHING) {
	case ANYTHING:
		fputc(' ', out);
		return;
	case WORDS:
		fputc('(', out);
		value->put(out);
		fputc(')', out);
		return;
	case LIST:
		fprintf(out, "_values -s , %s ", name);
		value->put(out);
		return;
	case DEVICE:
		fputs("_amdfence_device", out);
		return;
	case FILES:
		fputs("_files", out);
		return;
	}
}

static void put_zsh_option(const struct command *command, const struct argp_option *option,
			   FILE *out)
{
	(void)command;
	fputs(" \\\n\t\t\t", out);
	if (has_letter(option))
		fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}", option->key, option->name, option->key,
			option->arg ? "+" : "", option->name, option->arg ? "=" : "");
	else
		fprintf(out, "'--%s%s'", option->name, option->arg ? "=" : "");
	fputs("'[", out);
	put_zsh_text(option->doc, out);
	fputc(']', out);
	if (option->arg) {
		fprintf(out, ":%s:", option->arg);
		put_zsh_action(option->arg, out);
	}
	fputc('\'', out);
}

static int put_zsh(const void *data, FILE *out)
{
	(void)data;
	fputs("#compdef amdfence\n"
	      "# zsh completion of amdfence, as \"amdfence completion zsh\" writes it\n"
	      "# SPDX-License-Identifier: MIT\n"
	      "\n"
	      "_amdfence_device() {\n"
	      "\tcompadd -- ",
	      out);
	put_devices(out);
	fputs(" /dev/dri/renderD*(N)\n"
	      "}\n"
	      "\n"
	      "_amdfence() {\n"
	      "\tlocal curcontext=$curcontext state line\n"
	      "\tlocal -a names\n"
	      "\tnames=(\n",
	      out);
	for (unsigned i = 0; commands[i]; i++) {
		fprintf(out, "\t\t'%s:", commands[i]->name);
		put_zsh_text(commands[i]->summary, out);
		fputs("'\n", out);
	}
	fputs("\t)\n"
	      "\t_arguments -C '(- *)--help[List the commands]' '(- *)--version[Print the "
	      "version]' \\\n"
	      "\t\t'1: :->command' '*:: :->rest'\n"
	      "\tcase $state in\n"
	      "\tcommand) _describe -t commands command names ;;\n"
	      "\trest)\n"
	      "\t\tcase $words[1] in\n",
	      out);
	for (unsigned i = 0; commands[i]; i++) {
		const struct command *command = commands[i];

		if (!command->argp)
			continue;
		fprintf(out, "\t\t%s)\n\t\t\t_arguments", command->name);
		visit_all(command, put_zsh_option, out);
		if (is_program(command))
			fputs(" \\\n\t\t\t'*:::program: _normal'", out);
		else if (command->argp->args_doc)
			fputs(" \\\n\t\t\t'*:file:_files'", out);
		fputs("\n\t\t\t;;\n", out);
	}
	fprintf(out,
		"\t\t%s) _arguments '1:shell:(bash zsh)' ;;\n"
		"\t\t%s) _describe -t commands command names ;;\n"
		"\t\tesac\n"
		"\t\t;;\n"
		"\tesac\n"
		"}\n"
		"\n"
		"_amdfence \"$@\"\n",
		cmd_completion.name, cmd_help.name);
	return 0;
}

/* ---- the command --------------------------------------------------------- */

static int run(int argc, char **argv)
{
	bool for_bash = argc == 2 && strcmp(argv[1], "bash") == 0;
	bool for_zsh = argc == 2 && strcmp(argv[1], "zsh") == 0;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("Usage: amdfence completion bash|zsh\n"
		       "Write what makes a shell complete amdfence's commands and options.\n");
		return EXIT_CLEAN;
	}
	if (!for_bash && !for_zsh) {
		complain("'amdfence completion bash', or zsh", "which shell is to be completed?");
		return EXIT_TROUBLE;
	}
	return print_whole(for_bash ? put_bash : put_zsh, NULL) ? EXIT_CLEAN : EXIT_TROUBLE;
}

const struct command cmd_completion = {
	.name = "completion",
	.summary = "what makes a shell complete commands and options",
	.run = run,
};
