-- diptych, migration 6: facts, picks, settled predictions, and the sources of ship moves.
--
-- New tables as in migration 1, with its conventions, and their triggers and
-- views as in migrations 5 and 3. An attribute stands on the pages of many
-- products, so that its changes and those of its sectors are logged for the
-- site; facts, picks and sources are logged for their products.
--
-- A unique index is named <table>_<column>_unique, which is how a CMS tells its
-- editor the field to change. The indexes of migration 1 are renamed, which
-- touches no row.
--
-- An alteration asks first whether it was made, because a schema change can't be
-- rolled back: a run that was cut off goes on where it ended. MySQL has no
-- IF NOT EXISTS for columns and indexes, so the question is put to
-- information_schema and the answer is prepared.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

-- Tables ----------------------------------------------------------------------

-- A slug here never begins with "vs-" or ends with "-vs" either.
CREATE TABLE IF NOT EXISTS attribute (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug       VARCHAR(65) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name       VARCHAR(500) NOT NULL,
  kind       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'text',
  unit       VARCHAR(500) NULL,
  help       VARCHAR(500) NULL,
  group_name VARCHAR(500) NULL,
  sort       INT NOT NULL DEFAULT 0,
  status     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft',
  anchor     TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY attribute_slug_unique (slug),
  UNIQUE KEY attribute_anchor (anchor, id),
  CONSTRAINT attribute_slug_form CHECK (
    slug <> '' AND LENGTH(slug) <= 64 AND slug NOT REGEXP '[^a-z0-9-]'
    AND slug NOT LIKE '-%' AND slug NOT LIKE '%-' AND slug NOT LIKE '%--%'
    AND slug NOT LIKE '%-vs-%' AND slug NOT LIKE 'vs-%' AND slug NOT LIKE '%-vs'),
  CONSTRAINT attribute_kind_word CHECK (
    kind IN ('text', 'number', 'bool', 'date', 'version', 'list', 'url') AND kind NOT LIKE '% '),
  CONSTRAINT attribute_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% '),
  CONSTRAINT attribute_anchor_zero CHECK (anchor = 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- The sectors whose products the attribute is asked of. None: of all products.
CREATE TABLE IF NOT EXISTS attribute_sector (
  id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  attribute_id BIGINT UNSIGNED NOT NULL,
  sector_id    BIGINT UNSIGNED NOT NULL,
  sort         INT NOT NULL DEFAULT 0,
  anchor       TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY attribute_sector_sector_id_unique (attribute_id, sector_id),
  KEY attribute_sector_sector (sector_id),
  KEY attribute_sector_fk_attribute (anchor, attribute_id),
  KEY attribute_sector_fk_sector (anchor, sector_id),
  CONSTRAINT attribute_sector_attribute FOREIGN KEY (anchor, attribute_id) REFERENCES attribute (anchor, id),
  CONSTRAINT attribute_sector_sector FOREIGN KEY (anchor, sector_id) REFERENCES sector (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- The value is text, to be read by the attribute's kind. One that doesn't fit is
-- shown as it stands, so nothing is refused here.
CREATE TABLE IF NOT EXISTS fact (
  id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id   BIGINT UNSIGNED NOT NULL,
  attribute_id BIGINT UNSIGNED NOT NULL,
  value        VARCHAR(2048) NOT NULL,
  note         VARCHAR(500) NULL,
  source_url   VARCHAR(2048) NULL,
  checked_on   DATE NULL,
  anchor       TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY fact_attribute_id_unique (product_id, attribute_id),
  KEY fact_attribute (attribute_id),
  KEY fact_fk_product (anchor, product_id),
  KEY fact_fk_attribute (anchor, attribute_id),
  CONSTRAINT fact_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id),
  CONSTRAINT fact_attribute FOREIGN KEY (anchor, attribute_id) REFERENCES attribute (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A pick leads one way: that other_product_id replaces product_id does not say
-- that the reverse holds.
CREATE TABLE IF NOT EXISTS alternative (
  id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id       BIGINT UNSIGNED NOT NULL,
  other_product_id BIGINT UNSIGNED NOT NULL,
  reason           VARCHAR(500) NOT NULL,
  sort             INT NOT NULL DEFAULT 0,
  status           VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft',
  anchor           TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  UNIQUE KEY alternative_other_product_id_unique (product_id, other_product_id),
  KEY alternative_other_product (other_product_id),
  KEY alternative_fk_product (anchor, product_id),
  KEY alternative_fk_other_product (anchor, other_product_id),
  CONSTRAINT alternative_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% '),
  CONSTRAINT alternative_two_products CHECK (product_id <> other_product_id),
  CONSTRAINT alternative_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id),
  CONSTRAINT alternative_other_product FOREIGN KEY (anchor, other_product_id) REFERENCES product (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Where `diptych import` asks for ship moves; checked_at, etag and error are its
-- own notes.
CREATE TABLE IF NOT EXISTS product_source (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id BIGINT UNSIGNED NOT NULL,
  kind       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'atom',
  url        VARCHAR(2048) NOT NULL,
  status     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft',
  checked_at DATETIME(6) NULL,
  etag       VARCHAR(500) NULL,
  error      VARCHAR(500) NULL,
  anchor     TINYINT UNSIGNED NOT NULL DEFAULT 0 INVISIBLE,
  KEY product_source_product (product_id),
  KEY product_source_fk_product (anchor, product_id),
  CONSTRAINT product_source_kind_word CHECK (
    kind IN ('atom', 'rss', 'json_feed', 'github_releases', 'endoflife') AND kind NOT LIKE '% '),
  CONSTRAINT product_source_status_word CHECK (
    status IN ('draft', 'published', 'archived') AND status NOT LIKE '% '),
  CONSTRAINT product_source_product FOREIGN KEY (anchor, product_id) REFERENCES product (anchor, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Columns, indexes and checks of the older tables -------------------------------

-- One plain line.
SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'product' AND column_name = 'summary'),
  'DO 0',
  'ALTER TABLE product
     ADD COLUMN summary VARCHAR(255) NULL,
     ADD CONSTRAINT product_summary_line CHECK (summary NOT REGEXP ''[[:cntrl:]]'')');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

-- prediction_activity_id names the activity that settled the prediction: one of
-- the same product, because a change of it is logged for that product alone. It
-- has no foreign key, so that activities can be pruned and the table truncated
-- as before; readers take an id that names no such activity for none.
SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'editorial' AND column_name = 'prediction_state'),
  'DO 0',
  'ALTER TABLE editorial
     ADD COLUMN prediction_state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''open'',
     ADD COLUMN prediction_activity_id BIGINT UNSIGNED NULL,
     ADD COLUMN prediction_note VARCHAR(500) NULL,
     ADD KEY editorial_preview_token (preview_token),
     ADD KEY editorial_prediction_activity (prediction_activity_id),
     ADD CONSTRAINT editorial_prediction_state_word CHECK (
       prediction_state IN (''open'', ''came_true'', ''failed'') AND prediction_state NOT LIKE ''% '')');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

-- A page lives at /{slug}, so it may not take one of the site's own first words.
-- A page that had one of the new ones before keeps its text at /{slug}-page-{id}.
UPDATE page SET slug = CONCAT(slug, '-page-', id) WHERE slug IN ('feeds', 'predictions');

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.table_constraints
            WHERE table_schema = DATABASE() AND table_name = 'page' AND constraint_name = 'page_slug_word'),
  'DO 0',
  'ALTER TABLE page
     DROP CONSTRAINT page_slug_free,
     ADD CONSTRAINT page_slug_word CHECK (slug NOT IN (
       ''compare'', ''products'', ''alternatives'', ''sectors'', ''themes'', ''faq'',
       ''leaderboard'', ''search'', ''feed'', ''feeds'', ''sitemap'', ''sitemaps'', ''robots'',
       ''opensearch'', ''llms'', ''badge'', ''healthz'', ''readyz'', ''metrics'', ''static'',
       ''api'', ''favicon'', ''index'', ''og'', ''predictions'', ''preview''))');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

-- An index over two columns is named by the one that an editor chose last.
SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'sector' AND index_name = 'sector_slug'),
  'DO 0', 'ALTER TABLE sector RENAME INDEX sector_slug TO sector_slug_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'theme' AND index_name = 'theme_slug'),
  'DO 0', 'ALTER TABLE theme RENAME INDEX theme_slug TO theme_slug_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'product' AND index_name = 'product_slug'),
  'DO 0', 'ALTER TABLE product RENAME INDEX product_slug TO product_slug_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'product_sector' AND index_name = 'product_sector_both'),
  'DO 0', 'ALTER TABLE product_sector RENAME INDEX product_sector_both TO product_sector_sector_id_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'product_theme' AND index_name = 'product_theme_both'),
  'DO 0', 'ALTER TABLE product_theme RENAME INDEX product_theme_both TO product_theme_theme_id_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'product_alias' AND index_name = 'product_alias_slug'),
  'DO 0', 'ALTER TABLE product_alias RENAME INDEX product_alias_slug TO product_alias_slug_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'faq' AND index_name = 'faq_pair'),
  'DO 0', 'ALTER TABLE faq RENAME INDEX faq_pair TO faq_question_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'comparison' AND index_name = 'comparison_pair'),
  'DO 0', 'ALTER TABLE comparison RENAME INDEX comparison_pair TO comparison_other_product_id_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(NOT EXISTS (SELECT 1 FROM information_schema.statistics
            WHERE table_schema = DATABASE() AND table_name = 'page' AND index_name = 'page_slug'),
  'DO 0', 'ALTER TABLE page RENAME INDEX page_slug TO page_slug_unique');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

DEALLOCATE PREPARE alteration;

-- Triggers ----------------------------------------------------------------------
-- All append through change_log_append, which 005_append.sql makes.

DELIMITER //

CREATE /*M! OR REPLACE */ TRIGGER attribute_after_insert AFTER INSERT ON attribute FOR EACH ROW
CALL change_log_append('site', 0)//

CREATE /*M! OR REPLACE */ TRIGGER attribute_after_update AFTER UPDATE ON attribute FOR EACH ROW
CALL change_log_append('site', 0)//

CREATE /*M! OR REPLACE */ TRIGGER attribute_after_delete AFTER DELETE ON attribute FOR EACH ROW
CALL change_log_append('site', 0)//

CREATE /*M! OR REPLACE */ TRIGGER attribute_sector_after_insert AFTER INSERT ON attribute_sector FOR EACH ROW
CALL change_log_append('site', 0)//

CREATE /*M! OR REPLACE */ TRIGGER attribute_sector_after_update AFTER UPDATE ON attribute_sector FOR EACH ROW
CALL change_log_append('site', 0)//

CREATE /*M! OR REPLACE */ TRIGGER attribute_sector_after_delete AFTER DELETE ON attribute_sector FOR EACH ROW
CALL change_log_append('site', 0)//

CREATE /*M! OR REPLACE */ TRIGGER fact_after_insert AFTER INSERT ON fact FOR EACH ROW
CALL change_log_append('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER fact_after_update AFTER UPDATE ON fact FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER fact_after_delete AFTER DELETE ON fact FOR EACH ROW
CALL change_log_append('product', OLD.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_source_after_insert AFTER INSERT ON product_source FOR EACH ROW
CALL change_log_append('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_source_after_update AFTER UPDATE ON product_source FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_source_after_delete AFTER DELETE ON product_source FOR EACH ROW
CALL change_log_append('product', OLD.product_id)//

-- Both products of a pick.
CREATE /*M! OR REPLACE */ TRIGGER alternative_after_insert AFTER INSERT ON alternative FOR EACH ROW
BEGIN
  CALL change_log_append('product', NEW.product_id);
  CALL change_log_append('product', NEW.other_product_id);
END//

CREATE /*M! OR REPLACE */ TRIGGER alternative_after_update AFTER UPDATE ON alternative FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  CALL change_log_append('product', OLD.other_product_id);
  IF NEW.product_id NOT IN (OLD.product_id, OLD.other_product_id) THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
  IF NEW.other_product_id NOT IN (OLD.product_id, OLD.other_product_id) THEN
    CALL change_log_append('product', NEW.other_product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER alternative_after_delete AFTER DELETE ON alternative FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  CALL change_log_append('product', OLD.other_product_id);
END//

DELIMITER ;

-- Views -------------------------------------------------------------------------
-- New columns stand at the end, where a view of an adapter that lacks them does
-- no harm to the others.

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product AS
SELECT id, slug, name, status, website_url, repository_url, logo_url, license,
       lifecycle, velocity_override, created_at, updated_at, summary
  FROM product;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_editorial AS
SELECT id, product_id, status, headline, current_state_md, heading_md,
       prediction_md, author, published_at, preview_token, created_at, updated_at,
       prediction_state, prediction_activity_id, prediction_note
  FROM editorial;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_attribute AS
SELECT id, slug, name, kind, unit, help, group_name, sort, status FROM attribute;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_attribute_sector AS
SELECT id, attribute_id, sector_id, sort FROM attribute_sector;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_fact AS
SELECT id, product_id, attribute_id, value, note, source_url, checked_on FROM fact;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_alternative AS
SELECT id, product_id, other_product_id, reason, sort, status FROM alternative;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_source AS
SELECT id, product_id, kind, url, status, checked_at, etag, error FROM product_source;

INSERT IGNORE INTO schema_version (version) VALUES (6);
