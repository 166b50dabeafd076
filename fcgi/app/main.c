/* The diptych binary and its commands.  Each command is a row of the table below with its own function; --config is
 * read before the command runs.  Exit codes: 0 success; 1 failure, with the reason on standard error; 2 the command
 * line is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app_site.h"
#include "app/import_start.h"
#include "app/init_site.h"
#include "app/output.h"
#include "app/standalone.h"
#include "app/status_watch.h"
#include "app/theme_command.h"
#include "base/messages.h"
#include "base/title.h"
#include "config.h"
#include "config/config.h"
#include "db/migrate.h"
#include "pool/control_client.h"
#include "pool/master.h"
#include "site/describe.h"
#include "template/template.h"

#define DEFAULT_CONFIG SYSCONFDIR "/diptych/diptych.conf"
#define STOP_GRACE_MOST 600000

struct invocation {
  const char *config_path;
  const char *usage; /* of the subcommand */
  int argc;
  char **argv; /* of the subcommand, argv[0] its name */
  bool help;   /* only tells what the subcommand does */
};

struct command {
  const char *name, *usage, *help;
  int (*run)(const struct invocation *in);
};

/* The line after the usage says what is wrong. */
static int usage_wrong(const struct invocation *in, const char *reason)
{
  fprintf(stderr, "usage: diptych %s [--config FILE]\n%s\n", in->usage, reason);
  return 2;
}

/* at: of the first word that is wrong, which is shown with its value when it is an option; argc: a word is missing. */
static int word_wrong(const struct invocation *in, int at)
{
  char reason[256];
  const char *word = at < in->argc ? in->argv[at] : NULL, *value = word && *word == '-' ? in->argv[at + 1] : NULL;
  if (value && *value == '-')
    value = NULL;
  if (!word)
    snprintf(reason, sizeof reason, "a word is missing after \"%s\"", in->argv[in->argc - 1]);
  else
    snprintf(reason, sizeof reason, "not understood: \"%s%s%s\"", word, value ? " " : "", value ? value : "");
  return usage_wrong(in, reason);
}

/* For a command that knows `option VALUE` and nothing else. */
static int option_wrong(const struct invocation *in, const char *option)
{
  bool known = strcmp(in->argv[1], option) == 0;
  return word_wrong(in, !known || in->argc == 3 ? 1 : in->argc == 2 ? 2 : 3);
}

static int run_sample(const struct invocation *in)
{
  if (in->argc > 1)
    return word_wrong(in, 1);
  config_sample(stdout);
  return 0;
}

static int run_migrate(const struct invocation *in)
{
  struct migrate_task task = {0};
  for (int i = 1; i < in->argc; i++) {
    bool *flag = strcmp(in->argv[i], "--purge") == 0     ? &task.purge
                 : strcmp(in->argv[i], "--repair") == 0  ? &task.repair
                 : strcmp(in->argv[i], "--dry-run") == 0 ? &task.dry
                                                         : NULL;
    if (!flag || *flag)
      return word_wrong(in, i);
    *flag = true;
  }
  if (task.dry && (!task.repair || task.purge))
    return usage_wrong(in, "--dry-run goes with --repair alone");
  struct config *config = config_read(in->config_path, stderr);
  bool ok = config && migrate_run(config, &task, stdout, stderr);
  config_free(&config);
  return ok ? 0 : 1;
}

static int run_check(const struct invocation *in)
{
  bool unit = in->argc == 3 && strcmp(in->argv[1], "--unit") == 0;
  if (in->argc > 1 && !unit)
    return option_wrong(in, "--unit");
  return standalone_check(in->config_path, unit ? in->argv[2] : NULL, stdout, stderr);
}

typedef int lint_command(const struct config *c, const struct lint_options *o, FILE *out);

static bool is_id(const char *text)
{
  size_t digits = strspn(text, "0123456789");
  return digits && digits < 20 && !text[digits] && *text != '0';
}

/* --json or --store, --table T, --id N.  Not 0: the command line is wrong, and what is wrong was written. */
static int lint_options_read(const struct invocation *in, struct lint_options *o, lint_command **run)
{
  for (int i = 1; i < in->argc; i++) {
    const char *value = i + 1 < in->argc ? in->argv[i + 1] : "";
    if (strcmp(in->argv[i], "--json") == 0 || strcmp(in->argv[i], "--store") == 0) {
      if (*run != standalone_lint_lines)
        return word_wrong(in, i);
      *run = in->argv[i][2] == 'j' ? standalone_lint_json : standalone_lint_store;
    } else if (strcmp(in->argv[i], "--table") == 0 && lint_table_known(value))
      o->table = in->argv[++i];
    else if (strcmp(in->argv[i], "--id") == 0 && is_id(value))
      o->id = strtoull(in->argv[++i], NULL, 10);
    else
      return word_wrong(in, i);
  }
  if (o->id && !o->table)
    return usage_wrong(in, "--id needs --table");
  return o->table && *run == standalone_lint_store ? usage_wrong(in, "--store stores all findings: leave out --table") : 0;
}

static int run_lint(const struct invocation *in)
{
  struct lint_options o = {0};
  lint_command *run = standalone_lint_lines;
  int code = lint_options_read(in, &o, &run);
  if (code)
    return code;
  struct config *config = config_read(in->config_path, stderr);
  struct messages *messages = config ? app_messages_read(config, stderr) : NULL;
  messages_use(messages);
  code = messages ? run(config, &o, stdout) : 1;
  messages_use(NULL);
  messages_free(&messages);
  config_free(&config);
  return code;
}

static int run_import(const struct invocation *in)
{
  return import_start(in->config_path, in->argc - 1, in->argv + 1);
}

/* --name, --address, --database, --cache and --language with their answers; --share DIR; --migrate.  Not 0: where the command
 * line is wrong. */
static int init_options_read(const struct invocation *in, struct init_task *t)
{
  for (int i = 1; i < in->argc; i++) {
    const char *option = in->argv[i], *value = in->argv[i + 1];
    if (strcmp(option, "--migrate") == 0) {
      t->migrate = true;
      continue;
    }
    if (strncmp(option, "--", 2) != 0)
      return i;
    if (!value)
      return in->argc;
    if (strcmp(option, "--share") == 0)
      t->share = value;
    else if (!init_answers_option(&t->answers, option + 2, value))
      return i;
    i++;
  }
  return 0;
}

static int run_init(const struct invocation *in)
{
  struct init_task t = {0};
  int wrong = init_options_read(in, &t);
  if (!wrong)
    return init_site(&t, in->config_path, stdin, stdout, stderr);
  init_answers_free(&t.answers);
  return word_wrong(in, wrong);
}

static int run_render(const struct invocation *in)
{
  if (in->argc != 2)
    return word_wrong(in, in->argc > 2 ? 2 : 1);
  if (*in->argv[1] != '/') {
    char reason[256];
    snprintf(reason, sizeof reason, "PATH begins with /, as in /compare: \"%s\" does not", in->argv[1]);
    return usage_wrong(in, reason);
  }
  struct config *config = config_read(in->config_path, stderr);
  int code = config ? standalone_render(config, in->argv[1], stdout, stderr) : 1;
  config_free(&config);
  return code;
}

static bool is_count(const char *text)
{
  size_t digits = strspn(text, "0123456789");
  return digits && digits <= 6 && !text[digits];
}

static int run_warm(const struct invocation *in)
{
  bool rated = in->argc == 3 && strcmp(in->argv[1], "--rate") == 0 && is_count(in->argv[2]);
  if (in->argc > 1 && !rated)
    return option_wrong(in, "--rate");
  struct config *config = config_read(in->config_path, stderr);
  int code = config ? standalone_warm(config, rated ? (unsigned)strtoul(in->argv[2], NULL, 10) : 0, stdout) : 1;
  config_free(&config);
  return code;
}

static int run_serve(const struct invocation *in)
{
  if (in->argc > 1)
    return word_wrong(in, 1);
  struct config *config = config_read(in->config_path, stderr);
  return config ? master_run(&config, app_site()) : 1;
}

/* Returns the path of the control socket; NULL: it cannot be read.  A running pool must be reachable even when its
 * configuration file has faults now.  Then only `control` is read from the file, and the grace is the maximum.  The faults
 * are written to *faults. */
static char *control_of(const struct invocation *in, int *grace_ms, FILE *faults)
{
  struct config *config = config_read(in->config_path, faults);
  char *control = config ? strdup(config->control) : config_control(in->config_path);
  if (!config && control)
    fprintf(faults, "diptych: trying the pool on %s anyway\n", control);
  *grace_ms = config ? (int)config->stop_grace : STOP_GRACE_MOST;
  config_free(&config);
  return control;
}

/* Sends a command to the master of the running pool and prints the answer.  graceful: the answer comes up to
 * stop_grace later. */
static int control_ask(const struct invocation *in, const char *line, int wait_ms, bool graceful)
{
  int grace_ms = 0, status = 1;
  char *control = control_of(in, &grace_ms, stderr);
  if (graceful)
    wait_ms += grace_ms;
  if (control)
    status = control_client_call(
        control, &(struct control_call){.line = line, .wait_ms = wait_ms, .out = stdout, .err = stderr});
  free(control);
  return status;
}

/* The faults of the configuration are written before the view hides them. */
static int status_watch(const struct invocation *in, int seconds)
{
  int grace_ms;
  char *control = control_of(in, &grace_ms, stderr);
  int status = control ? status_watch_run(control, seconds * 1000) : 1;
  free(control);
  return status;
}

static int run_status(const struct invocation *in)
{
  bool json = in->argc == 2 && strcmp(in->argv[1], "--json") == 0;
  bool watch = in->argc > 1 && in->argc < 4 && strcmp(in->argv[1], "--watch") == 0;
  bool timed = in->argc == 3 && is_count(in->argv[2]) && atoi(in->argv[2]) >= 1 && atoi(in->argv[2]) <= 3600;
  if (watch && (in->argc == 2 || timed))
    return status_watch(in, timed ? atoi(in->argv[2]) : 1);
  if (in->argc > 1 && !json)
    return strcmp(in->argv[1], "--json") == 0 ? word_wrong(in, 2) : option_wrong(in, "--watch");
  return control_ask(in, json ? "status json" : "status", 5000, false);
}

static int run_scale(const struct invocation *in)
{
  char line[32];
  bool automatic = in->argc == 2 && strcmp(in->argv[1], "auto") == 0;
  if (in->argc != 2 || (!automatic && (!is_count(in->argv[1]) || atoi(in->argv[1]) == 0)))
    return usage_wrong(in, "N is a number of workers, 1 or more; auto lets the pool choose it; `diptych stop` ends the pool");
  snprintf(line, sizeof line, "scale %s", in->argv[1]);
  return control_ask(in, line, 5000, false);
}

/* The pool's answer names the faults of the file, so they are written here only when no pool answers. */
static int run_reload(const struct invocation *in)
{
  char *text = NULL;
  size_t n = 0;
  int grace_ms;
  if (in->argc > 1)
    return word_wrong(in, 1);
  FILE *faults = open_memstream(&text, &n);
  char *control = control_of(in, &grace_ms, faults ? faults : stderr);
  struct control_call call = {.line = "reload", .wait_ms = 90000, .out = stdout, .err = stderr};
  if (faults)
    fclose(faults);
  bool answers = control && control_client_reaches(control);
  if (!answers && text)
    fputs(text, stderr);
  int status = control ? control_client_call(control, &call) : 1;
  free(control);
  free(text);
  return status;
}

static int run_stop(const struct invocation *in)
{
  return in->argc > 1 ? word_wrong(in, 1) : control_ask(in, "stop", 10000, true);
}

static int run_upgrade(const struct invocation *in)
{
  return in->argc > 1 ? word_wrong(in, 1) : control_ask(in, "upgrade", 200000, false);
}

static int run_reopen(const struct invocation *in)
{
  return in->argc > 1 ? word_wrong(in, 1) : control_ask(in, "reopen", 90000, false);
}

static int run_template(const struct invocation *in)
{
  bool describes = in->argc > 1 && strcmp(in->argv[1], "--describe") == 0;
  if (describes && in->argc == 3 && strcmp(in->argv[2], "--manual") == 0) {
    describe_manual(stdout);
    return 0;
  }
  if (describes && in->argc < 4)
    return describe_page(in->argc == 3 ? in->argv[2] : NULL, stdout, stderr);
  if (in->argc != 3)
    return word_wrong(in, in->argc > 3 ? 3 : in->argc);
  return template_command(in->argv[1], in->argv[2], stdout, stderr);
}

static int theme_wrong(const struct invocation *in)
{
  static const char *const known[] = {"new", "copy", "accept", "assets"};
  bool is_known = in->argc < 2;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    is_known = is_known || strcmp(in->argv[1], known[i]) == 0;
  bool folder = in->argc > 2 && *in->argv[2] && *in->argv[2] != '-';
  return word_wrong(in, !is_known ? 1 : in->argc < 3 ? in->argc : folder ? 3 : 2);
}

/* Without a configuration, the installed templates are those of this program. */
static int run_theme(const struct invocation *in)
{
  bool configured = access(in->config_path, F_OK) == 0;
  struct config *config = configured ? config_read(in->config_path, stderr) : NULL;
  int code = configured && !config ? 1
             : theme_command(config ? config->template_dir : PKGDATADIR "/templates", in->argc - 1, in->argv + 1, stdout, stderr);
  config_free(&config);
  return code == 2 ? theme_wrong(in) : code;
}

static const struct command commands[] = {
    {"check", "check [--unit FILE]", "check whether this configuration can serve, and print what is missing", run_check},
    {"import", "import [--product SLUG] [--dry-run] [--draft] [--allow-private]", "add new releases from the feeds of products",
     run_import},
    {"init", "init [--name N] [--address URL] [--database D] [--cache C] [--language L] [--share DIR] [--migrate]",
     "begin a site: write its configuration, its accounts and its file for nginx", run_init},
    {"lint", "lint [--json | --store] [--table T [--id N]]", "name rows that readers stumble over, and what to do", run_lint},
    {"migrate", "migrate [--purge] [--repair [--dry-run]]", "bring the database's schema up to date; mend what it lacks",
     run_migrate},
    {"reload", "reload", "read configuration and templates again, without losing a request", run_reload},
    {"render", "render PATH", "print one answer with its headers, without nginx", run_render},
    {"reopen", "reopen", "open the file of the request log anew, after it was renamed", run_reopen},
    {"sample", "sample", "print a commented sample configuration", run_sample},
    {"scale", "scale N|auto", "set the number of workers to N, or let the pool choose it", run_scale},
    {"serve", "serve", "run the pool in the foreground", run_serve},
    {"status", "status [--json | --watch [SECONDS]]", "show what the running pool is doing, once or as a live view", run_status},
    {"stop", "stop", "stop the pool after the accepted requests are answered", run_stop},
    {"template", "template FILE DATA.json | --describe [PAGE]",
     "render a Mustache file with a JSON value, or name what the templates of a page may show", run_template},
    {"theme", THEME_USAGE, "begin a theme, copy installed templates into it, and hash its static files", run_theme},
    {"upgrade", "upgrade", "replace the running program by the installed one, without losing a request", run_upgrade},
    {"warm", "warm [--rate N]", "render all fragments into the cache, at most N products a second", run_warm},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void help_print(FILE *out)
{
  fputs("usage: diptych COMMAND [--config FILE] [ARGUMENT ...]\n\n", out);
  for (size_t i = 0; i < COMMANDS; i++)
    fprintf(out, "  %-28s %s\n", commands[i].usage, commands[i].help);
  fprintf(out, "\nThe configuration is %s unless --config names another.  See `man diptych`.\n", DEFAULT_CONFIG);
}

static bool asks_help(const char *argument)
{
  return argument && (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0);
}

/* Checks for --help before the command runs: `diptych stop --help` must not stop the pool. */
static int command_run(const struct command *c, struct invocation *in)
{
  in->usage = c->usage;
  if (!in->help && !asks_help(in->argv[1]))
    return c->run(in);
  printf("usage: diptych %s [--config FILE]\n\n%s\n", c->usage, c->help);
  return 0;
}

/* Removes --config FILE (or --config=FILE) from argv, at any position.  -1: FILE is missing. */
static int config_option_take(int *argc, char **argv, const char **path)
{
  int left = 1;
  for (int i = 1; i < *argc; i++) {
    if (strcmp(argv[i], "--config") == 0) {
      if (i + 1 == *argc)
        return -1;
      *path = argv[++i];
    } else if (strncmp(argv[i], "--config=", 9) == 0)
      *path = argv[i] + 9;
    else
      argv[left++] = argv[i];
  }
  argv[left] = NULL;
  *argc = left;
  return 0;
}

int main(int argc, char **argv)
{
  struct invocation in = {.config_path = DEFAULT_CONFIG};
  title_open(argc, argv);
  if (config_option_take(&argc, argv, &in.config_path) != 0) {
    fputs("diptych: --config needs a file\n", stderr);
    return 2;
  }
  if (argc < 2) {
    help_print(stderr);
    return 2;
  }
  bool help = asks_help(argv[1]) || strcmp(argv[1], "help") == 0;
  if (help && argc > 2 && !asks_help(argv[2])) {
    in.help = true;
    argc--;
    argv++;
  } else if (help) {
    help_print(stdout);
    return output_close(0);
  }
  if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
    if (argc > 2) {
      fprintf(stderr, "usage: diptych --version\nnot understood: \"%s\"\n", argv[2]);
      return 2;
    }
    puts("diptych " PACKAGE_VERSION);
    return output_close(0);
  }
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(commands[i].name, argv[1]) == 0) {
      in.argc = argc - 1;
      in.argv = argv + 1;
      return output_close(command_run(&commands[i], &in));
    }
  fprintf(stderr, "diptych: no command \"%s\"; `diptych --help` lists them\n", argv[1]);
  return 2;
}
