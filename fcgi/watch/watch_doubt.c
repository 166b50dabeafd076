/* Decides whether the watcher believes what the database says.
 *
 * While a dump is restored, tables are empty or half full, and views are placeholders.  Published, such a reading would
 * turn products into 404 and take words from pages.  So two things stand against a reading: signs of a restore
 * (rows_signs.h), and rows that are gone without a change-log entry (rows_census.h).  The last catalog stays published
 * until the readings agree for a while.  loss_delay is the longest while:
 *
 *   signs, and rows are gone                       loss_delay
 *   signs, and nothing is gone                     a thirtieth of it: a trigger-less restore has ended, for example
 *   signs, and no catalog to compare with          a fifth of it
 *   no signs, and a large part of one kind is gone  a fifth of it; not at all when signs were there, the log has
 *                                                  entries and the incarnation is the known one, because then a restore
 *                                                  has ended
 *   otherwise                                      not at all
 *
 * Rows may be gone although their entries were not polled yet: an editor withdrew them just before they were counted.  So a
 * loss without signs counts only when polls that began after the count find no entry, and during a full load only when the log
 * has no entry since its beginning.
 *
 * Signs may come and go while rows are read.  So what no entry announced is published only when the triggers are as old
 * after the reading as before it (watch_sound).
 *
 * Signs that were believed once are accepted: they count again only after they had gone.  Changes that the log announces
 * are held back by signs only. */
#include <stdio.h>

#include "base/log.h"
#include "watch/watch.h"

#define COUNT_US (1 * CLOCK_SECOND) /* pause between two counts of the rows, */
#define COUNT_SHARE 10              /* or this multiple of their duration */
#define LARGE_SHARE 10              /* a large part is more than one in so many rows of a kind */
#define HURRY_US (30 * CLOCK_SECOND)
#define QUIET_US (5 * CLOCK_SECOND)

enum loss { LOSS_NONE, LOSS_SOME, LOSS_LARGE };

/* ---- signs */

static bool signs_same(const struct rows_signs *a, const struct rows_signs *b)
{
  for (size_t i = 0; i < a->n; i++)
    if (!rows_signs_have(b, a->v[i]))
      return false;
  return a->n == b->n;
}

/* The first sign that is not accepted.  NULL: there is none. */
static const char *sign_new(const struct watch_doubt *d)
{
  for (size_t i = 0; i < d->signs.n; i++)
    if (!rows_signs_have(&d->accepted, d->signs.v[i]))
      return d->signs.v[i];
  return NULL;
}

bool watch_doubted(const struct watcher *w)
{
  return w->doubt.active;
}

bool watch_held(const struct watcher *w)
{
  return w->doubt.active && sign_new(&w->doubt);
}

/* A sign that went is not accepted when it comes again. */
static void accepted_prune(struct watch_doubt *d)
{
  size_t kept = 0;
  for (size_t i = 0; i < d->accepted.n; i++)
    if (rows_signs_have(&d->signs, d->accepted.v[i]))
      memmove(d->accepted.v[kept++], d->accepted.v[i], sizeof d->accepted.v[0]);
  d->accepted.n = kept;
}

/* Reading the signs costs the server as much as many edits.  *unchanged: they are those of the last reading, because no statement
 * that could change them has begun since then, nor in the QUIET_US before it: what had begun earlier has ended.  A statement that
 * takes longer, as one that waits for a lock, is found by the reading that follows every WATCH_SIGNS_IDLE_US. */
static enum err signs_source(struct watcher *w, bool *unchanged)
{
  struct watch_doubt *d = &w->doubt;
  uint64_t source;
  enum err err = rows_signs_source(w->db, watch_deadline(), &source);
  int64_t now_us = clock_mono_us();
  if (err == ERR_OK && source != d->source)
    d->source_since_us = now_us;
  d->source = err == ERR_OK ? source : 0;
  *unchanged = d->source && !d->active && d->looked_us - d->source_since_us >= QUIET_US &&
               now_us - d->looked_us < WATCH_SIGNS_IDLE_US;
  return err;
}

/* age_us 0: reads them in any case. */
static enum err signs_refresh(struct watcher *w, int64_t age_us, bool *same)
{
  struct watch_doubt *d = &w->doubt;
  struct rows_signs now = d->signs;
  bool unchanged;
  *same = true;
  if (d->signs_us && clock_mono_us() - d->signs_us < age_us)
    return ERR_OK;
  enum err err = signs_source(w, &unchanged);
  if (err != ERR_OK)
    return err;
  if (unchanged && age_us) {
    d->signs_us = clock_mono_us();
    return ERR_OK;
  }
  if ((err = rows_signs_read(w->db, watch_deadline(), &now)) != ERR_OK)
    return err;
  *same = signs_same(&now, &d->signs);
  d->signs = now;
  d->signs_us = d->looked_us = clock_mono_us();
  accepted_prune(d);
  d->restoring |= sign_new(d) != NULL;
  return ERR_OK;
}

/* ---- losses */

/* Without a count from before, the catalog tells how many there were at least. */
static void before_from_catalog(struct watcher *w, struct rows_census *before)
{
  struct catalog_pin pin;
  struct facts f;
  *before = (struct rows_census){0};
  if (!catalog_pin_current(w->catalog, &pin))
    return;
  for (uint32_t i = 0; i < pin.products; i++)
    if (catalog_facts(&pin, i, &f)) {
      before->n[CENSUS_PRODUCTS] += f.status == PRODUCT_PUBLISHED;
      before->n[CENSUS_EDITORIALS] += f.has_editorial;
      before->n[CENSUS_ACTIVITIES] += f.activities;
      before->n[CENSUS_PRODUCT_SECTORS] += f.n_sectors;
      before->n[CENSUS_PRODUCT_THEMES] += f.n_themes;
    }
  before->n[CENSUS_SECTORS] = catalog_sectors(&pin);
  before->n[CENSUS_THEMES] = catalog_themes(&pin);
  before->n[CENSUS_CHANGES] = w->position->cursor;
}

/* Entries that were applied may have announced losses, and the catalog has applied them too. */
static void before_lower(struct watcher *w)
{
  struct watch_doubt *d = &w->doubt;
  struct rows_census least;
  before_from_catalog(w, &least);
  for (unsigned i = 0; i < ROWS_CENSUS_PARTS; i++)
    d->before.n[i] = d->before.n[i] < least.n[i] ? d->before.n[i] : least.n[i];
  d->logged = false;
}

/* *part: the kind of rows of which the largest share is gone. */
static enum loss loss_of(const struct watch_doubt *d, enum rows_census_part *part)
{
  enum loss most = LOSS_NONE;
  double share = 0;
  for (unsigned i = 0; i < ROWS_CENSUS_PARTS; i++) {
    uint64_t before = d->before.n[i], now = d->counts.n[i];
    if (now >= before)
      continue;
    enum loss one = (before - now) * LARGE_SHARE > before ? LOSS_LARGE : LOSS_SOME;
    most = one > most ? one : most;
    if ((double)(before - now) / (double)before > share) {
      share = (double)(before - now) / (double)before;
      *part = (enum rows_census_part)i;
    }
  }
  return most;
}

static bool stopping(void *watcher)
{
  return watch_stopping(watcher);
}

static enum err counts_read(struct watcher *w, struct rows_census *out)
{
  return rows_census_read(w->db, &(struct rows_census_wait){watch_deadline, stopping, w}, out);
}

static enum err counts_refresh(struct watcher *w, bool *same)
{
  struct watch_doubt *d = &w->doubt;
  struct rows_census now;
  int64_t began_us = clock_mono_us();
  enum err err = counts_read(w, &now);
  if (err != ERR_OK)
    return err;
  int64_t pause_us = COUNT_SHARE * (clock_mono_us() - began_us);
  d->next_us = clock_mono_us() + (pause_us > COUNT_US ? pause_us : COUNT_US);
  *same = *same && memcmp(&now, &d->counts, sizeof now) == 0;
  d->counts = now;
  if (!d->before_known)
    before_from_catalog(w, &d->before);
  else if (d->logged)
    before_lower(w);
  return ERR_OK;
}

/* ---- the decision */

static bool incarnation_known(const struct watcher *w)
{
  const char *now = w->doubt.signs.incarnation, *known = w->position->incarnation;
  size_t n = strlen(now);
  return n && strncmp(known, now, n) == 0 && known[n] == '+';
}

/* How long the readings must agree. */
static int64_t wait_us(const struct watcher *w, enum loss loss)
{
  const struct watch_doubt *d = &w->doubt;
  int64_t longest = w->config->loss_delay * CLOCK_SECOND;
  if (sign_new(d))
    return !w->position->incarnation[0] ? longest / 5 : loss != LOSS_NONE ? longest : longest / 30;
  /* The newest entry is never purged: an empty log waits for its rows. */
  bool emptied = d->before.n[CENSUS_CHANGES] && !d->counts.n[CENSUS_CHANGES];
  return loss != LOSS_LARGE || (d->restoring && incarnation_known(w) && !emptied) ? 0 : longest / 5;
}

static void trouble_set(struct watch_doubt *d, enum loss loss, enum rows_census_part part)
{
  char lost[120] = "";
  const char *sign = sign_new(d);
  if (loss != LOSS_NONE)
    snprintf(lost, sizeof lost, "%llu of %llu %s are gone without a change-log entry",
             (unsigned long long)(d->before.n[part] - d->counts.n[part]), (unsigned long long)d->before.n[part],
             rows_census_words(part));
  snprintf(d->trouble, sizeof d->trouble, "the last known pages are shown: %s%s%s; is a dump being restored?", sign ? sign : "",
           sign && *lost ? ", and " : "", lost);
}

static void doubt_begin(struct watcher *w)
{
  struct watch_doubt *d = &w->doubt;
  d->active = true;
  d->same_since_us = clock_mono_us();
  w->sweep.fast = true;
}

static void doubt_end(struct watcher *w, const char *why)
{
  struct watch_doubt *d = &w->doubt;
  if (!d->active)
    return;
  log_info("the database is believed again: %s", why);
  d->active = false;
  d->trouble[0] = 0;
  watch_sweep_hurry(w, HURRY_US);
}

static void accept(struct watcher *w)
{
  struct watch_doubt *d = &w->doubt;
  doubt_end(w, "its readings agree");
  d->accepted = d->signs;
  d->before = d->counts;
  d->before_known = true;
  d->logged = false;
  d->loss_polls = 0;
}

/* Has the log been asked since the loss was seen?  Two polls ask for every gap. */
static bool loss_unlogged(struct watcher *w)
{
  struct watch_doubt *d = &w->doubt;
  if (!d->loss_polls) {
    d->loss_polls = d->polls + 1;
    w->sweep.fast = true;
  }
  return d->polls > d->loss_polls;
}

void watch_doubt_polled(struct watcher *w)
{
  w->doubt.polls++;
}

void watch_doubt_applied(struct watcher *w)
{
  w->doubt.logged = true;
  w->doubt.loss_polls = 0;
}

/* The rows were counted: believe them, or go on doubting. */
static bool decide(struct watcher *w, struct watch_claim claim, bool same)
{
  struct watch_doubt *d = &w->doubt;
  enum rows_census_part part = CENSUS_PRODUCTS;
  enum loss loss = loss_of(d, &part);
  int64_t wait = wait_us(w, loss);
  bool began = !d->active, logged = claim.loaded && d->counts.n[CENSUS_CHANGES] > d->before.n[CENSUS_CHANGES];
  if (wait == 0 || (began && logged && !sign_new(d)) || (!began && same && clock_mono_us() - d->same_since_us >= wait)) {
    accept(w);
    return true;
  }
  if (began && !w->load_needed && !sign_new(d) && !loss_unlogged(w))
    return false;
  if (began || !same)
    doubt_begin(w);
  trouble_set(d, loss, part);
  if (began)
    log_warn("the database is not believed: %s", d->trouble);
  return false;
}

enum err watch_believe(struct watcher *w, struct watch_claim claim, bool *believed)
{
  struct watch_doubt *d = &w->doubt;
  bool same, count = !d->active || clock_mono_us() >= d->next_us;
  *believed = false;
  enum err err = signs_refresh(w, claim.unlogged && count ? 0 : claim.age_us, &same);
  if (err != ERR_OK)
    return err;
  count = count || !same;
  if (!sign_new(d) && !claim.unlogged) {
    if (d->active && !same)
      doubt_end(w, "the schema is whole");
    *believed = true;
    return ERR_OK;
  }
  if (!count)
    return ERR_OK;
  if ((err = counts_refresh(w, &same)) == ERR_OK)
    *believed = decide(w, claim, same);
  return err;
}

uint64_t watch_made(const struct watcher *w)
{
  return w->doubt.signs.made;
}

enum err watch_sound(struct watcher *w, uint64_t made, bool *sound)
{
  bool same;
  enum err err = signs_refresh(w, 0, &same);
  *sound = err == ERR_OK && w->doubt.signs.made == made && !sign_new(&w->doubt);
  if (*sound)
    return ERR_OK;
  snprintf(w->load_reason, sizeof w->load_reason, "tables were created anew while they were read");
  w->load_needed = true;
  return err;
}

enum err watch_doubt_settle(struct watcher *w)
{
  struct watch_doubt *d = &w->doubt;
  doubt_end(w, "it says what the pages say");
  d->restoring = false;
  enum err err = counts_read(w, &d->before);
  d->before_known = err == ERR_OK;
  d->logged = false;
  d->loss_polls = 0;
  return err;
}
