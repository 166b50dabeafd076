-- diptych, migration 1: tables.
--
-- Conventions. Every table is InnoDB and utf8mb4. Editors' tables have one
-- AUTO_INCREMENT `id`. Slugs and enumerated words are ascii_bin, short texts
-- are VARCHAR(500), Markdown columns are named `*_md`. There is no ENUM, so a
-- new word needs no new column type. There is no cascade, because a cascade
-- fires no trigger and the change would not be logged: delete children first.
-- Times are UTC in every session time zone; CURRENT_TIMESTAMP would not be.
--
-- A session with a lax sql_mode truncates values that are too long, and PAD
-- SPACE collations ignore trailing blanks. Slugs are therefore VARCHAR(65) and
-- words are checked for a trailing blank, so that the CHECK still fails.
--
-- `anchor`. To check a foreign key, InnoDB takes a shared lock on the index
-- record that the key refers to. With keys that refer to the primary key, an
-- open import of activities would block every update of its products, and two
-- imports and two updates could deadlock. So the keys refer to the secondary
-- index (anchor, id), whose records are not locked by an UPDATE of the parent's
-- other columns. The column is a constant 0 and INVISIBLE: SELECT * and INSERT
-- without a column list ignore it.
--
-- Written for MariaDB 10.6+ and MySQL 8.0.29+. Each file can be run again; its
-- last statement records it in schema_version.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

CREATE TABLE IF NOT EXISTS schema_version (
  version    INT UNSIGNED NOT NULL PRIMARY KEY,
  applied_at DATETIME(6)  NOT NULL DEFAULT (UTC_TIMESTAMP(6))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- One row, for followers of change_log. When `incarnation` differs, this is not
-- the database that the follower knew. `purged_seq` is the highest seq ever
-- purged: a follower whose position is lower has lost entries.
CREATE TABLE IF NOT EXISTS site_state (
  id          BIGINT UNSIGNED NOT NULL DEFAULT 1 PRIMARY KEY,
  incarnation VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  purged_seq  BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT site_state_one CHECK (id = 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

INSERT IGNORE INTO site_state (id, incarnation)
VALUES (1, LEFT(SHA2(CONCAT_WS('-', UUID(), RAND(), UTC_TIMESTAMP(6)), 256), 32));

-- Triggers append here. Only the purge deletes.
CREATE TABLE IF NOT EXISTS change_log (
  seq        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  entity     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_id  BIGINT UNSIGNED NOT NULL,
  changed_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  KEY change_log_entity (entity, entity_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- The number of purged entries of each entity. Only the purge writes here.
CREATE TABLE IF NOT EXISTS revision_base (
  entity    VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  entity_id BIGINT UNSIGNED NOT NULL,
  rev       BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (entity, entity_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS sector (
  id     BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug   VARCHAR(65) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name   VARCHAR(500) NOT NULL,
  sort   INT NOT NULL DEFAULT 0,
  anchor TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY sector_slug (slug),
  UNIQUE KEY sector_anchor (anchor, id),
  CONSTRAINT sector_slug_form CHECK (
    slug <> '' AND LENGTH(slug) <= 64 AND slug NOT REGEXP '[^a-z0-9-]'
    AND slug NOT LIKE '-%' AND slug NOT LIKE '%-' AND slug NOT LIKE '%--%'
    AND slug NOT LIKE '%-vs-%'),
  CONSTRAINT sector_anchor_zero CHECK (anchor = 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS theme (
  id     BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug   VARCHAR(65) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name   VARCHAR(500) NOT NULL,
  anchor TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY theme_slug (slug),
  UNIQUE KEY theme_anchor (anchor, id),
  CONSTRAINT theme_slug_form CHECK (
    slug <> '' AND LENGTH(slug) <= 64 AND slug NOT REGEXP '[^a-z0-9-]'
    AND slug NOT LIKE '-%' AND slug NOT LIKE '%-' AND slug NOT LIKE '%--%'
    AND slug NOT LIKE '%-vs-%'),
  CONSTRAINT theme_anchor_zero CHECK (anchor = 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS product (
  id                BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug              VARCHAR(65) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name              VARCHAR(500) NOT NULL,
  status            VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft',
  website_url       VARCHAR(2048) NULL,
  repository_url    VARCHAR(2048) NULL,
  logo_url          VARCHAR(2048) NULL,
  license           VARCHAR(500) NULL,
  lifecycle         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'active',
  velocity_override DECIMAL(3,1) NULL,
  created_at        DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  updated_at        DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  anchor            TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY product_slug (slug),
  UNIQUE KEY product_anchor (anchor, id),
  CONSTRAINT product_slug_form CHECK (
    slug <> '' AND LENGTH(slug) <= 64 AND slug NOT REGEXP '[^a-z0-9-]'
    AND slug NOT LIKE '-%' AND slug NOT LIKE '%-' AND slug NOT LIKE '%--%'
    AND slug NOT LIKE '%-vs-%'),
  CONSTRAINT product_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% '),
  CONSTRAINT product_lifecycle_word CHECK (
    lifecycle IN ('active', 'maintenance', 'discontinued') AND lifecycle NOT LIKE '% '),
  CONSTRAINT product_velocity_range CHECK (velocity_override BETWEEN 0 AND 10),
  CONSTRAINT product_anchor_zero CHECK (anchor = 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS product_sector (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id BIGINT UNSIGNED NOT NULL,
  sector_id  BIGINT UNSIGNED NOT NULL,
  sort       INT NOT NULL DEFAULT 0,
  anchor     TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY product_sector_both (product_id, sector_id),
  KEY product_sector_sector (sector_id),
  KEY product_sector_fk_product (anchor, product_id),
  KEY product_sector_fk_sector (anchor, sector_id),
  CONSTRAINT product_sector_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id),
  CONSTRAINT product_sector_sector FOREIGN KEY (anchor, sector_id) REFERENCES sector (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS product_theme (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id BIGINT UNSIGNED NOT NULL,
  theme_id   BIGINT UNSIGNED NOT NULL,
  sort       INT NOT NULL DEFAULT 0,
  anchor     TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY product_theme_both (product_id, theme_id),
  KEY product_theme_theme (theme_id),
  KEY product_theme_fk_product (anchor, product_id),
  KEY product_theme_fk_theme (anchor, theme_id),
  CONSTRAINT product_theme_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id),
  CONSTRAINT product_theme_theme FOREIGN KEY (anchor, theme_id) REFERENCES theme (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Former slugs of products. A current slug takes precedence over an alias.
CREATE TABLE IF NOT EXISTS product_alias (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug       VARCHAR(65) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  product_id BIGINT UNSIGNED NOT NULL,
  anchor     TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY product_alias_slug (slug),
  KEY product_alias_product (product_id),
  KEY product_alias_fk_product (anchor, product_id),
  CONSTRAINT product_alias_slug_form CHECK (
    slug <> '' AND LENGTH(slug) <= 64 AND slug NOT REGEXP '[^a-z0-9-]'
    AND slug NOT LIKE '-%' AND slug NOT LIKE '%-' AND slug NOT LIKE '%--%'
    AND slug NOT LIKE '%-vs-%'),
  CONSTRAINT product_alias_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS editorial (
  id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id       BIGINT UNSIGNED NOT NULL,
  status           VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft',
  headline         VARCHAR(500) NOT NULL DEFAULT '',
  current_state_md MEDIUMTEXT NOT NULL DEFAULT (''),
  heading_md       MEDIUMTEXT NOT NULL DEFAULT (''),
  prediction_md    MEDIUMTEXT NOT NULL DEFAULT (''),
  author           VARCHAR(500) NULL,
  published_at     DATETIME(6) NULL,
  preview_token    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at       DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  updated_at       DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  anchor           TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  KEY editorial_latest (product_id, status, published_at, id),
  KEY editorial_due (status, published_at),
  KEY editorial_fk_product (anchor, product_id),
  CONSTRAINT editorial_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% '),
  CONSTRAINT editorial_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS activity (
  id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id  BIGINT UNSIGNED NOT NULL,
  status      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'published',
  kind        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'release',
  class       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'improvement',
  title       VARCHAR(500) NOT NULL,
  url         VARCHAR(2048) NULL,
  version     VARCHAR(500) NULL,
  occurred_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  anchor      TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  KEY activity_newest (product_id, status, occurred_at, id),
  KEY activity_window (status, occurred_at),
  KEY activity_fk_product (anchor, product_id),
  CONSTRAINT activity_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% '),
  CONSTRAINT activity_kind_word CHECK (
    kind IN ('release', 'post', 'event') AND kind NOT LIKE '% '),
  CONSTRAINT activity_class_word CHECK (
    class IN ('spark', 'improvement', 'trivial') AND class NOT LIKE '% '),
  CONSTRAINT activity_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Without a product, the question belongs to the site; with one, to the product;
-- with two, to the pair. The order of a pair does not matter, and a pair has the
-- same question only once.
CREATE TABLE IF NOT EXISTS faq (
  id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id       BIGINT UNSIGNED NULL,
  other_product_id BIGINT UNSIGNED NULL,
  question         VARCHAR(500) NOT NULL,
  answer_md        MEDIUMTEXT NOT NULL DEFAULT (''),
  sort             INT NOT NULL DEFAULT 0,
  status           VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft',
  anchor           TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  pair_low         BIGINT UNSIGNED GENERATED ALWAYS AS (LEAST(product_id, other_product_id)) STORED INVISIBLE,
  pair_high        BIGINT UNSIGNED GENERATED ALWAYS AS (GREATEST(product_id, other_product_id)) STORED INVISIBLE,
  UNIQUE KEY faq_pair (pair_low, pair_high, question),
  KEY faq_product (product_id, other_product_id),
  KEY faq_other_product (other_product_id),
  KEY faq_fk_product (anchor, product_id),
  KEY faq_fk_other_product (anchor, other_product_id),
  CONSTRAINT faq_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% '),
  CONSTRAINT faq_two_products CHECK (product_id <> other_product_id),
  CONSTRAINT faq_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id),
  CONSTRAINT faq_other_product FOREIGN KEY (anchor, other_product_id) REFERENCES product (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS comparison (
  id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id       BIGINT UNSIGNED NOT NULL,
  other_product_id BIGINT UNSIGNED NOT NULL,
  status           VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft',
  intro_md         MEDIUMTEXT NOT NULL DEFAULT (''),
  verdict_md       MEDIUMTEXT NOT NULL DEFAULT (''),
  anchor           TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  pair_low         BIGINT UNSIGNED GENERATED ALWAYS AS (LEAST(product_id, other_product_id)) STORED INVISIBLE,
  pair_high        BIGINT UNSIGNED GENERATED ALWAYS AS (GREATEST(product_id, other_product_id)) STORED INVISIBLE,
  UNIQUE KEY comparison_pair (pair_low, pair_high),
  KEY comparison_product (product_id, other_product_id),
  KEY comparison_other_product (other_product_id),
  KEY comparison_fk_product (anchor, product_id),
  KEY comparison_fk_other_product (anchor, other_product_id),
  CONSTRAINT comparison_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% '),
  CONSTRAINT comparison_two_products CHECK (product_id <> other_product_id),
  CONSTRAINT comparison_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id),
  CONSTRAINT comparison_other_product FOREIGN KEY (anchor, other_product_id) REFERENCES product (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A page is at /{slug}, so its slug must not be a first word of the site's paths.
CREATE TABLE IF NOT EXISTS page (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug       VARCHAR(65) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title      VARCHAR(500) NOT NULL,
  body_md    MEDIUMTEXT NOT NULL DEFAULT (''),
  status     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft',
  updated_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  UNIQUE KEY page_slug (slug),
  CONSTRAINT page_slug_form CHECK (
    slug <> '' AND LENGTH(slug) <= 64 AND slug NOT REGEXP '[^a-z0-9-]'
    AND slug NOT LIKE '-%' AND slug NOT LIKE '%-' AND slug NOT LIKE '%--%'
    AND slug NOT LIKE '%-vs-%'),
  CONSTRAINT page_slug_free CHECK (slug NOT IN (
    'compare', 'products', 'alternatives', 'sectors', 'themes', 'faq',
    'leaderboard', 'search', 'feed', 'sitemap', 'sitemaps', 'robots',
    'opensearch', 'llms', 'badge', 'healthz', 'readyz', 'metrics', 'static',
    'api', 'favicon', 'index', 'og', 'preview')),
  CONSTRAINT page_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% ')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

INSERT IGNORE INTO schema_version (version) VALUES (1);
