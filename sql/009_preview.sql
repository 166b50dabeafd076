-- diptych, migration 9: the links to previews.
--
-- A row that readers may see one day has a preview at /preview/{preview_token}. A
-- CMS shows its editors that link from the column of the row they edit. Triggers
-- make the token and note when the row was saved; nobody else need do anything.
--
-- A token is 24 random bytes as 48 hex digits. The first 16 digits find the row,
-- the other 32 are compared by diptych in a time that does not depend on them.
--   preview_token = NULL        takes the link back
--   preview_token = anything    makes a new one: a word that is easy to guess never
--                               becomes a token
-- Rows from before this migration get their token when they are next saved. An
-- INSERT keeps a token only together with preview_saved_at, as a dump has both.
-- A copy that an editor makes of a row has a token of its own.
--
-- preview_saved_at is INVISIBLE: SELECT * and INSERT without a column list ignore
-- it. It is not updated_at, because importers set that, and some tables lack it.
-- Neither column is part of the digest of a row, because no page shows them.
--
-- RANDOM_BYTES needs MariaDB 10.10 or MySQL. The first statement fails elsewhere,
-- before anything is changed. With binlog_format = STATEMENT a replica would make
-- tokens of its own; README.md asks for ROW, and MIXED logs these rows as ROW.
--
-- Alterations ask first whether they were made, as in migration 6.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

DO LENGTH(RANDOM_BYTES(24));

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'product' AND column_name = 'preview_token'),
  'DO 0',
  'ALTER TABLE product
     ADD COLUMN preview_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
     ADD COLUMN preview_saved_at DATETIME(6) NULL INVISIBLE,
     ADD KEY product_preview_token (preview_token)');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'comparison' AND column_name = 'preview_token'),
  'DO 0',
  'ALTER TABLE comparison
     ADD COLUMN preview_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
     ADD COLUMN preview_saved_at DATETIME(6) NULL INVISIBLE,
     ADD KEY comparison_preview_token (preview_token)');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'page' AND column_name = 'preview_token'),
  'DO 0',
  'ALTER TABLE page
     ADD COLUMN preview_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
     ADD COLUMN preview_saved_at DATETIME(6) NULL INVISIBLE,
     ADD KEY page_preview_token (preview_token)');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'faq' AND column_name = 'preview_token'),
  'DO 0',
  'ALTER TABLE faq
     ADD COLUMN preview_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
     ADD COLUMN preview_saved_at DATETIME(6) NULL INVISIBLE,
     ADD KEY faq_preview_token (preview_token)');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'alternative' AND column_name = 'preview_token'),
  'DO 0',
  'ALTER TABLE alternative
     ADD COLUMN preview_token VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
     ADD COLUMN preview_saved_at DATETIME(6) NULL INVISIBLE,
     ADD KEY alternative_preview_token (preview_token)');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

-- The column and its index are there since migrations 1 and 6.
SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'editorial' AND column_name = 'preview_saved_at'),
  'DO 0',
  'ALTER TABLE editorial ADD COLUMN preview_saved_at DATETIME(6) NULL INVISIBLE');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

DEALLOCATE PREPARE alteration;

-- Triggers ----------------------------------------------------------------------
-- Each table has a trigger of its own for this, beside those that log changes.

DELIMITER //

CREATE /*M! OR REPLACE */ TRIGGER product_preview_insert BEFORE INSERT ON product FOR EACH ROW
IF NEW.preview_saved_at IS NULL OR NEW.preview_token NOT REGEXP '^[0-9a-f]{48}$' THEN
  SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24))), NEW.preview_saved_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER product_preview_update BEFORE UPDATE ON product FOR EACH ROW
BEGIN
  SET NEW.preview_saved_at = UTC_TIMESTAMP(6);
  IF OLD.preview_saved_at IS NULL OR (NEW.preview_token IS NOT NULL AND NOT (NEW.preview_token <=> OLD.preview_token)) THEN
    SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24)));
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER editorial_preview_insert BEFORE INSERT ON editorial FOR EACH ROW
IF NEW.preview_saved_at IS NULL OR NEW.preview_token NOT REGEXP '^[0-9a-f]{48}$' THEN
  SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24))), NEW.preview_saved_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER editorial_preview_update BEFORE UPDATE ON editorial FOR EACH ROW
BEGIN
  SET NEW.preview_saved_at = UTC_TIMESTAMP(6);
  IF OLD.preview_saved_at IS NULL OR (NEW.preview_token IS NOT NULL AND NOT (NEW.preview_token <=> OLD.preview_token)) THEN
    SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24)));
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER comparison_preview_insert BEFORE INSERT ON comparison FOR EACH ROW
IF NEW.preview_saved_at IS NULL OR NEW.preview_token NOT REGEXP '^[0-9a-f]{48}$' THEN
  SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24))), NEW.preview_saved_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER comparison_preview_update BEFORE UPDATE ON comparison FOR EACH ROW
BEGIN
  SET NEW.preview_saved_at = UTC_TIMESTAMP(6);
  IF OLD.preview_saved_at IS NULL OR (NEW.preview_token IS NOT NULL AND NOT (NEW.preview_token <=> OLD.preview_token)) THEN
    SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24)));
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER page_preview_insert BEFORE INSERT ON page FOR EACH ROW
IF NEW.preview_saved_at IS NULL OR NEW.preview_token NOT REGEXP '^[0-9a-f]{48}$' THEN
  SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24))), NEW.preview_saved_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER page_preview_update BEFORE UPDATE ON page FOR EACH ROW
BEGIN
  SET NEW.preview_saved_at = UTC_TIMESTAMP(6);
  IF OLD.preview_saved_at IS NULL OR (NEW.preview_token IS NOT NULL AND NOT (NEW.preview_token <=> OLD.preview_token)) THEN
    SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24)));
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER faq_preview_insert BEFORE INSERT ON faq FOR EACH ROW
IF NEW.preview_saved_at IS NULL OR NEW.preview_token NOT REGEXP '^[0-9a-f]{48}$' THEN
  SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24))), NEW.preview_saved_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER faq_preview_update BEFORE UPDATE ON faq FOR EACH ROW
BEGIN
  SET NEW.preview_saved_at = UTC_TIMESTAMP(6);
  IF OLD.preview_saved_at IS NULL OR (NEW.preview_token IS NOT NULL AND NOT (NEW.preview_token <=> OLD.preview_token)) THEN
    SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24)));
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER alternative_preview_insert BEFORE INSERT ON alternative FOR EACH ROW
IF NEW.preview_saved_at IS NULL OR NEW.preview_token NOT REGEXP '^[0-9a-f]{48}$' THEN
  SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24))), NEW.preview_saved_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER alternative_preview_update BEFORE UPDATE ON alternative FOR EACH ROW
BEGIN
  SET NEW.preview_saved_at = UTC_TIMESTAMP(6);
  IF OLD.preview_saved_at IS NULL OR (NEW.preview_token IS NOT NULL AND NOT (NEW.preview_token <=> OLD.preview_token)) THEN
    SET NEW.preview_token = LOWER(HEX(RANDOM_BYTES(24)));
  END IF;
END//

DELIMITER ;

-- View --------------------------------------------------------------------------
-- due_at: when a published row appears, if that is not at once. product_id and
-- other_product_id: on whose pages the row stands. A condition on `token` is pushed
-- into each part of the UNION, where it is a range of an index.

CREATE OR REPLACE SQL SECURITY DEFINER VIEW site_preview AS
SELECT preview_token AS token, 'product' AS entity, id AS entity_id, status, CAST(NULL AS DATETIME(6)) AS due_at,
       preview_saved_at AS saved_at, id AS product_id, CAST(NULL AS UNSIGNED) AS other_product_id
  FROM product WHERE preview_token IS NOT NULL
 UNION ALL
SELECT preview_token, 'editorial', id, status, published_at, preview_saved_at, product_id, NULL
  FROM editorial WHERE preview_token IS NOT NULL
 UNION ALL
SELECT preview_token, 'comparison', id, status, NULL, preview_saved_at, product_id, other_product_id
  FROM comparison WHERE preview_token IS NOT NULL
 UNION ALL
SELECT preview_token, 'page', id, status, NULL, preview_saved_at, NULL, NULL
  FROM page WHERE preview_token IS NOT NULL
 UNION ALL
SELECT preview_token, 'faq', id, status, NULL, preview_saved_at, product_id, other_product_id
  FROM faq WHERE preview_token IS NOT NULL
 UNION ALL
SELECT preview_token, 'alternative', id, status, NULL, preview_saved_at, product_id, other_product_id
  FROM alternative WHERE preview_token IS NOT NULL;

INSERT IGNORE INTO schema_version (version) VALUES (9);
