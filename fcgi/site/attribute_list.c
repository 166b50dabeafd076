#include "site/attribute_list.h"

static bool listed(const struct attribute *a)
{
  return a->status == PRODUCT_PUBLISHED && !attribute_reserved(a->slug);
}

static struct span sectors_join(struct page *p, const struct attribute *a)
{
  struct span names[ATTRIBUTE_SECTORS_MAX];
  struct catalog_term t;
  size_t n = 0;
  for (uint32_t i = 0; i < a->n_sectors; i++)
    if (page_sector_id(p, a->sectors[i], &t))
      names[n++] = t.name;
  return a->n_sectors && !n ? _("no sector of this site") : sentences_join(p->arena, names, n, "and ");
}

void attribute_list_plan(struct page *p, struct attribute_list *out)
{
  fact_attributes_plan(p, &out->attributes);
  out->sectors = ARENA_ARRAY(p->arena, out->attributes.n, struct span);
  for (size_t i = 0; i < out->attributes.n && out->sectors; i++)
    if (listed(&out->attributes.v[i]))
      out->sectors[i] = sectors_join(p, &out->attributes.v[i]);
}

static void entry_fill(const struct attribute *a, struct span sectors, struct attribute_view *to)
{
  *to = (struct attribute_view){.slug = a->slug,
                                .name = a->name,
                                .kind = attribute_kind_name(a->kind),
                                .unit = a->kind == ATTRIBUTE_NUMBER ? a->unit : SPAN(""),
                                .help = a->help,
                                .group = a->group,
                                .sectors = sectors};
}

size_t attribute_list_build(struct page *p, const struct attribute_list *list, struct attribute_view *to)
{
  size_t n = 0;
  for (size_t i = 0; i < list->attributes.n && list->sectors; i++) {
    const struct attribute *a = &list->attributes.v[i];
    page_changed_at(p, a->edited_us);
    if (!listed(a))
      continue;
    entry_fill(a, list->sectors[i], &to[n++]);
  }
  return n;
}
