/* The program diptych-import, which `diptych import` starts with --config and its arguments. */
#include <curl/curl.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "import/import.h"

/* Nothing is ever loaded for a document. */
static xmlParserInputPtr entity_refuse(const char *url, const char *id, xmlParserCtxtPtr context)
{
  return NULL;
}

static void error_ignore(void *arg, const char *format, ...)
{
}

/* The first word that is wrong; argc: a word is missing; 0: all are right. */
static int options_read(int argc, char **argv, const char **config, struct import_options *o)
{
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--dry-run") == 0)
      o->dry = true;
    else if (strcmp(argv[i], "--draft") == 0)
      o->draft = true;
    else if (strcmp(argv[i], "--allow-private") == 0)
      o->allow_private = true;
    else if (i + 1 < argc && strcmp(argv[i], "--product") == 0 && argv[i + 1][0] && !o->product)
      o->product = argv[++i];
    else if (i + 1 < argc && strcmp(argv[i], "--config") == 0)
      *config = argv[++i];
    else
      return strcmp(argv[i], "--product") == 0 && i + 1 == argc ? argc : i;
  }
  return *config ? 0 : argc;
}

int main(int argc, char **argv)
{
  struct import_options o = {0};
  const char *path = NULL;
  int wrong = options_read(argc, argv, &path, &o);
  if (wrong) {
    fputs("usage: diptych import [--product SLUG] [--dry-run] [--draft] [--allow-private] [--config FILE]\n", stderr);
    if (wrong < argc)
      fprintf(stderr, "not understood: \"%s\"\n", argv[wrong]);
    else
      fputs("a word is missing at the end\n", stderr);
    return IMPORT_USAGE;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  xmlInitParser();
  xmlSetExternalEntityLoader(entity_refuse);
  xmlSetGenericErrorFunc(NULL, error_ignore);
  struct config *c = config_read_import(path, stderr);
  int status = c ? import_run(c, &o, stdout, stderr) : IMPORT_FAILED;
  config_free(&c);
  xmlCleanupParser();
  curl_global_cleanup();
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fputs("diptych import: the output could not be written\n", stderr);
    return status ? status : IMPORT_FAILED;
  }
  return status;
}
