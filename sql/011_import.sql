-- diptych, migration 11: what `diptych import` remembers.
--
-- `diptych import` asks the published rows of product_source for new releases. It
-- adds each release by one INSERT into import_release. The trigger of that table
-- makes the activity in the same statement, so a release is remembered and shown
-- together or not at all, and no transaction stays open. The primary key makes a
-- release one row, whatever a feed does with its ids and however many imports run
-- at once. The account of the import has no right to write into activity.
--
-- The row stays when an editor changes or deletes the activity, so an editor's
-- change is never undone. A row whose status is NULL has no activity: it only says
-- that the release is known. import_release has no foreign key, because editors
-- delete products without knowing this table; the import removes such rows later.
--
-- An adapter for a CMS with tables of its own replaces the trigger by one that
-- writes into its own tables.
--
-- The new columns of product_source are INVISIBLE: SELECT * and INSERT without a
-- column list ignore them. A check changes only notes, which no page shows, so it
-- isn't logged: otherwise each run would make the fragments of all products anew.
--
-- Alterations ask first whether they were made, as in migration 6.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

-- release_key: "v:" and the numbers of the version, "n:" and a hash of its name, "u:"
-- and a hash of the address, or "t:" and a hash of title and day.
CREATE TABLE IF NOT EXISTS import_release (
  product_id  BIGINT UNSIGNED NOT NULL,
  release_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_id   BIGINT UNSIGNED NOT NULL,
  activity_id BIGINT UNSIGNED NULL,
  status      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  kind        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  class       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  title       VARCHAR(500) NULL,
  url         VARCHAR(2048) NULL,
  version     VARCHAR(500) NULL,
  occurred_at DATETIME(6) NULL,
  imported_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
  PRIMARY KEY (product_id, release_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- last_modified: of the last answer, as the server wrote it. failures: since the last
-- success. retry_at: the source is not asked before that time.
SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = 'product_source' AND column_name = 'retry_at'),
  'DO 0',
  'ALTER TABLE product_source
     ADD COLUMN last_modified VARCHAR(100) NULL INVISIBLE,
     ADD COLUMN failures INT NOT NULL DEFAULT 0 INVISIBLE,
     ADD COLUMN retry_at DATETIME(6) NULL INVISIBLE');
PREPARE alteration FROM @alteration;
EXECUTE alteration;
DEALLOCATE PREPARE alteration;

DELIMITER //

CREATE /*M! OR REPLACE */ TRIGGER import_release_before_insert BEFORE INSERT ON import_release FOR EACH ROW
IF NEW.status IS NOT NULL AND NEW.activity_id IS NULL THEN
  INSERT INTO activity (product_id, status, kind, class, title, url, version, occurred_at)
  VALUES (NEW.product_id, NEW.status, NEW.kind, NEW.class, NEW.title, NEW.url, NEW.version, NEW.occurred_at);
  SET NEW.activity_id = LAST_INSERT_ID();
END IF//

-- The notes belong to the address that was asked. An editor who changes it begins anew.
CREATE /*M! OR REPLACE */ TRIGGER product_source_before_update BEFORE UPDATE ON product_source FOR EACH ROW
IF NEW.kind <> OLD.kind OR CAST(NEW.url AS BINARY) <> CAST(OLD.url AS BINARY) THEN
  SET NEW.checked_at = NULL, NEW.etag = NULL, NEW.error = NULL, NEW.last_modified = NULL, NEW.failures = 0, NEW.retry_at = NULL;
END IF//

-- A check sets checked_at and leaves kind, url, status and product as they are.
CREATE /*M! OR REPLACE */ TRIGGER product_source_after_update AFTER UPDATE ON product_source FOR EACH ROW
BEGIN
  IF NEW.checked_at <=> OLD.checked_at OR NEW.id <> OLD.id OR NEW.product_id <> OLD.product_id OR NEW.kind <> OLD.kind
     OR NEW.status <> OLD.status OR CAST(NEW.url AS BINARY) <> CAST(OLD.url AS BINARY) THEN
    CALL change_log_append('product', OLD.product_id);
    IF NEW.product_id <> OLD.product_id THEN
      CALL change_log_append('product', NEW.product_id);
    END IF;
  END IF;
END//

DELIMITER ;

INSERT IGNORE INTO schema_version (version) VALUES (11);
