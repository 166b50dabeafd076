#include "site/openapi_schema.h"

#include <string.h>

#include "site/representation.h"
#include "template/shape_json.h"
#include "text/json.h"

static int name_length(const struct shape *s)
{
  size_t n = strlen(s->name);
  return (int)(n > 5 && strcmp(s->name + n - 5, "_view") == 0 ? n - 5 : n);
}

json_t *openapi_schema_ref(const struct shape *s)
{
  char ref[128];
  snprintf(ref, sizeof ref, "#/components/schemas/%.*s", name_length(s), s->name);
  return json_pack("{s:s}", "$ref", ref);
}

static json_t *field_schema(const struct shape_field *f)
{
  switch (f->kind) {
  case SHAPE_TEXT: return json_pack("{s:[s, s]}", "type", "string", "null");
  case SHAPE_HTML: return json_pack("{s:s, s:s}", "type", "string", "contentMediaType", "text/html");
  case SHAPE_FLAG: return json_pack("{s:s}", "type", "boolean");
  case SHAPE_INT: return json_pack("{s:s}", "type", "integer");
  case SHAPE_TEXTS: return json_pack("{s:s, s:{s:s}}", "type", "array", "items", "type", "string");
  case SHAPE_LIST: return json_pack("{s:s, s:o}", "type", "array", "items", openapi_schema_ref(f->of));
  case SHAPE_RECORD: return json_pack("{s:[o, {s:s}]}", "anyOf", openapi_schema_ref(f->of), "type", "null");
  }
  return NULL;
}

static void property_add(json_t *schema, const char *name, json_t *value)
{
  json_array_append_new(json_object_get(schema, "required"), json_string(name));
  json_object_set_new(json_object_get(schema, "properties"), name, value);
}

static void address_add(json_t *schema, const char *name, const char *description)
{
  property_add(schema, name,
               json_pack("{s:s, s:s, s:s}", "type", "string", "format", "uri", "description", description));
}

void openapi_schema_add(json_t *schemas, const struct shape *s)
{
  char name[96];
  snprintf(name, sizeof name, "%.*s", name_length(s), s->name);
  if (json_object_get(schemas, name))
    return;
  json_t *schema = json_pack("{s:s, s:{}, s:[]}", "type", "object", "properties", "required");
  json_object_set_new(schemas, name, schema);
  if (representation_has_frame(s)) {
    address_add(schema, "url", "The page for readers");
    address_add(schema, "self", "This document");
  }
  for (size_t i = 0; i < s->n; i++)
    if (!shape_json_leaves_out(&s->fields[i])) {
      property_add(schema, s->fields[i].name, field_schema(&s->fields[i]));
      if (s->fields[i].of)
        openapi_schema_add(schemas, s->fields[i].of);
    }
}

void openapi_schema_problem(json_t *schemas)
{
  json_object_set_new(
      schemas, "problem",
      json_pack("{s:s, s:{s:{s:s, s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:s}, s:{s:s, s:{s:s, s:{s:{s:s}, s:{s:s}},"
                " s:[s, s]}}}, s:[s, s, s, s]}", "type",
                "object", "properties", "type", "type", "string", "format", "uri-reference", "status", "type",
                "integer", "title", "type", "string", "detail", "type", "string", "hint", "type", "string",
                "request_id", "type", "string", "description", "Quote this number when you report the error",
                "links", "type", "array", "items", "type", "object", "properties", "text", "type", "string", "href", "type",
                "string", "required", "text", "href", "required", "type",
                "status", "title", "detail"));
}
