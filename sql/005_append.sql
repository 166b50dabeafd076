-- diptych, migration 5: triggers append to the log through one procedure.
--
-- LOCK TABLES also opens the tables that a table's triggers write to, once for
-- each trigger and each routine that names them. MariaDB then refuses a statement
-- with error 1442 when one of these opened instances of change_log was used
-- before, which is always so on a live site. Dump and import tools use LOCK
-- TABLES. Therefore only one routine names change_log, this procedure, and all
-- triggers call it. They still append one entry with each INSERT ... VALUES, in
-- the editor's own transaction.
--
-- A dump without --routines lacks the procedure. `diptych migrate` detects that
-- and applies this file again.
--
-- A rename compares slugs in variables with an explicit collation, because
-- another tool may have converted one of the two tables.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

DELIMITER //

CREATE PROCEDURE IF NOT EXISTS change_log_append(
  IN what VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin, IN which BIGINT UNSIGNED)
MODIFIES SQL DATA
INSERT INTO change_log (entity, entity_id) VALUES (what, which)//

-- sector, theme, page ---------------------------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER sector_after_insert AFTER INSERT ON sector FOR EACH ROW
CALL change_log_append('sector', NEW.id)//

CREATE /*M! OR REPLACE */ TRIGGER sector_after_update AFTER UPDATE ON sector FOR EACH ROW
BEGIN
  CALL change_log_append('sector', OLD.id);
  IF NEW.id <> OLD.id THEN
    CALL change_log_append('sector', NEW.id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER sector_after_delete AFTER DELETE ON sector FOR EACH ROW
CALL change_log_append('sector', OLD.id)//

CREATE /*M! OR REPLACE */ TRIGGER theme_after_insert AFTER INSERT ON theme FOR EACH ROW
CALL change_log_append('theme', NEW.id)//

CREATE /*M! OR REPLACE */ TRIGGER theme_after_update AFTER UPDATE ON theme FOR EACH ROW
BEGIN
  CALL change_log_append('theme', OLD.id);
  IF NEW.id <> OLD.id THEN
    CALL change_log_append('theme', NEW.id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER theme_after_delete AFTER DELETE ON theme FOR EACH ROW
CALL change_log_append('theme', OLD.id)//

-- An explicit updated_at is kept, for importers.
CREATE /*M! OR REPLACE */ TRIGGER page_before_update BEFORE UPDATE ON page FOR EACH ROW
IF NEW.updated_at <=> OLD.updated_at THEN
  SET NEW.updated_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER page_after_insert AFTER INSERT ON page FOR EACH ROW
CALL change_log_append('page', NEW.id)//

CREATE /*M! OR REPLACE */ TRIGGER page_after_update AFTER UPDATE ON page FOR EACH ROW
BEGIN
  CALL change_log_append('page', OLD.id);
  IF NEW.id <> OLD.id THEN
    CALL change_log_append('page', NEW.id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER page_after_delete AFTER DELETE ON page FOR EACH ROW
CALL change_log_append('page', OLD.id)//

-- product and its slugs -------------------------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER product_before_update BEFORE UPDATE ON product FOR EACH ROW
IF NEW.updated_at <=> OLD.updated_at THEN
  SET NEW.updated_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER product_after_insert AFTER INSERT ON product FOR EACH ROW
CALL change_log_append('product', NEW.id)//

-- A plain SELECT, which takes no lock, looks for an alias that equals the new
-- slug. A DELETE that finds no row would lock the gap around it, and two renames
-- in neighbouring gaps would wait for each other. An alias that the SELECT cannot
-- see yet does no harm, because a current slug takes precedence.
CREATE /*M! OR REPLACE */ TRIGGER product_after_update AFTER UPDATE ON product FOR EACH ROW
BEGIN
  DECLARE taken BIGINT UNSIGNED DEFAULT NULL;
  DECLARE was, becomes VARCHAR(65) CHARACTER SET ascii COLLATE ascii_bin;
  SET was = OLD.slug, becomes = NEW.slug;
  CALL change_log_append('product', OLD.id);
  IF NEW.id <> OLD.id THEN
    CALL change_log_append('product', NEW.id);
  END IF;
  IF becomes <> was THEN
    SELECT MAX(id) INTO taken FROM product_alias WHERE slug = becomes;
    IF taken IS NOT NULL THEN
      DELETE FROM product_alias WHERE id = taken;
    END IF;
    INSERT INTO product_alias (slug, product_id) VALUES (was, NEW.id)
        ON DUPLICATE KEY UPDATE product_id = NEW.id;
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_after_delete AFTER DELETE ON product FOR EACH ROW
CALL change_log_append('product', OLD.id)//

CREATE /*M! OR REPLACE */ TRIGGER product_alias_after_insert AFTER INSERT ON product_alias FOR EACH ROW
CALL change_log_append('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_alias_after_update AFTER UPDATE ON product_alias FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_alias_after_delete AFTER DELETE ON product_alias FOR EACH ROW
CALL change_log_append('product', OLD.product_id)//

-- links -----------------------------------------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER product_sector_after_insert AFTER INSERT ON product_sector FOR EACH ROW
CALL change_log_append('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_sector_after_update AFTER UPDATE ON product_sector FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_sector_after_delete AFTER DELETE ON product_sector FOR EACH ROW
CALL change_log_append('product', OLD.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_theme_after_insert AFTER INSERT ON product_theme FOR EACH ROW
CALL change_log_append('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_theme_after_update AFTER UPDATE ON product_theme FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_theme_after_delete AFTER DELETE ON product_theme FOR EACH ROW
CALL change_log_append('product', OLD.product_id)//

-- editorial and activity ------------------------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER editorial_before_insert BEFORE INSERT ON editorial FOR EACH ROW
IF NEW.status = 'published' AND NEW.published_at IS NULL THEN
  SET NEW.published_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER editorial_before_update BEFORE UPDATE ON editorial FOR EACH ROW
BEGIN
  IF NEW.updated_at <=> OLD.updated_at THEN
    SET NEW.updated_at = UTC_TIMESTAMP(6);
  END IF;
  IF NEW.status = 'published' AND NEW.published_at IS NULL THEN
    SET NEW.published_at = UTC_TIMESTAMP(6);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER editorial_after_insert AFTER INSERT ON editorial FOR EACH ROW
CALL change_log_append('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER editorial_after_update AFTER UPDATE ON editorial FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER editorial_after_delete AFTER DELETE ON editorial FOR EACH ROW
CALL change_log_append('product', OLD.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER activity_after_insert AFTER INSERT ON activity FOR EACH ROW
CALL change_log_append('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER activity_after_update AFTER UPDATE ON activity FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER activity_after_delete AFTER DELETE ON activity FOR EACH ROW
CALL change_log_append('product', OLD.product_id)//

-- faq: the site's, a product's or a pair's ------------------------------------

-- A single product is stored in product_id, whichever column the editor filled.
CREATE /*M! OR REPLACE */ TRIGGER faq_before_insert BEFORE INSERT ON faq FOR EACH ROW
IF NEW.product_id IS NULL AND NEW.other_product_id IS NOT NULL THEN
  SET NEW.product_id = NEW.other_product_id, NEW.other_product_id = NULL;
END IF//

CREATE /*M! OR REPLACE */ TRIGGER faq_before_update BEFORE UPDATE ON faq FOR EACH ROW
IF NEW.product_id IS NULL AND NEW.other_product_id IS NOT NULL THEN
  SET NEW.product_id = NEW.other_product_id, NEW.other_product_id = NULL;
END IF//

CREATE /*M! OR REPLACE */ TRIGGER faq_after_insert AFTER INSERT ON faq FOR EACH ROW
BEGIN
  IF NEW.product_id IS NULL THEN
    CALL change_log_append('site', 0);
  ELSE
    CALL change_log_append('product', NEW.product_id);
  END IF;
  IF NEW.other_product_id IS NOT NULL THEN
    CALL change_log_append('product', NEW.other_product_id);
  END IF;
END//

-- Logs the old owners, then the new owners that are not among them.
CREATE /*M! OR REPLACE */ TRIGGER faq_after_update AFTER UPDATE ON faq FOR EACH ROW
BEGIN
  IF OLD.product_id IS NULL THEN
    CALL change_log_append('site', 0);
  ELSE
    CALL change_log_append('product', OLD.product_id);
  END IF;
  IF OLD.other_product_id IS NOT NULL THEN
    CALL change_log_append('product', OLD.other_product_id);
  END IF;
  IF NEW.product_id IS NULL THEN
    IF OLD.product_id IS NOT NULL THEN
      CALL change_log_append('site', 0);
    END IF;
  ELSEIF NOT (NEW.product_id <=> OLD.product_id OR NEW.product_id <=> OLD.other_product_id) THEN
    CALL change_log_append('product', NEW.product_id);
  END IF;
  IF NEW.other_product_id IS NOT NULL
     AND NOT (NEW.other_product_id <=> OLD.product_id
              OR NEW.other_product_id <=> OLD.other_product_id) THEN
    CALL change_log_append('product', NEW.other_product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER faq_after_delete AFTER DELETE ON faq FOR EACH ROW
BEGIN
  IF OLD.product_id IS NULL THEN
    CALL change_log_append('site', 0);
  ELSE
    CALL change_log_append('product', OLD.product_id);
  END IF;
  IF OLD.other_product_id IS NOT NULL THEN
    CALL change_log_append('product', OLD.other_product_id);
  END IF;
END//

-- comparison: both products of the pair ---------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER comparison_after_insert AFTER INSERT ON comparison FOR EACH ROW
BEGIN
  CALL change_log_append('product', NEW.product_id);
  CALL change_log_append('product', NEW.other_product_id);
END//

CREATE /*M! OR REPLACE */ TRIGGER comparison_after_update AFTER UPDATE ON comparison FOR EACH ROW
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

CREATE /*M! OR REPLACE */ TRIGGER comparison_after_delete AFTER DELETE ON comparison FOR EACH ROW
BEGIN
  CALL change_log_append('product', OLD.product_id);
  CALL change_log_append('product', OLD.other_product_id);
END//

DELIMITER ;

INSERT IGNORE INTO schema_version (version) VALUES (5);
