-- diptych, migration 2: triggers.
--
-- Migration 5 replaces them all: copy those of 006_facts.sql for a new table.
--
-- After every insert, update and delete in an editors' table, the triggers add an
-- entry to the change log for each entity whose pages may change, in the editor's
-- own transaction. When a row changes its owner, the old and the new owner are
-- logged. Triggers append with one INSERT ... VALUES for each entry: no row is
-- shared between editors, and no AUTO_INCREMENT lock on the table is taken, as
-- INSERT ... SELECT would do. So editors do not wait for each other. Apart from
-- the log, triggers maintain only product_alias, when a product's slug changes.
--
-- CREATE OR REPLACE replaces a trigger in one step, so a live site always has it.
-- MySQL 8 has no OR REPLACE for triggers and ignores the M-comment. That suffices
-- for an empty database; `diptych migrate` replaces an existing trigger there
-- with DROP and CREATE under LOCK TABLES.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

DELIMITER //

-- sector, theme, page ---------------------------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER sector_after_insert AFTER INSERT ON sector FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('sector', NEW.id)//

CREATE /*M! OR REPLACE */ TRIGGER sector_after_update AFTER UPDATE ON sector FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id) VALUES ('sector', OLD.id);
  IF NEW.id <> OLD.id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('sector', NEW.id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER sector_after_delete AFTER DELETE ON sector FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('sector', OLD.id)//

CREATE /*M! OR REPLACE */ TRIGGER theme_after_insert AFTER INSERT ON theme FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('theme', NEW.id)//

CREATE /*M! OR REPLACE */ TRIGGER theme_after_update AFTER UPDATE ON theme FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id) VALUES ('theme', OLD.id);
  IF NEW.id <> OLD.id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('theme', NEW.id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER theme_after_delete AFTER DELETE ON theme FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('theme', OLD.id)//

-- An explicit updated_at is kept, for importers.
CREATE /*M! OR REPLACE */ TRIGGER page_before_update BEFORE UPDATE ON page FOR EACH ROW
IF NEW.updated_at <=> OLD.updated_at THEN
  SET NEW.updated_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER page_after_insert AFTER INSERT ON page FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('page', NEW.id)//

CREATE /*M! OR REPLACE */ TRIGGER page_after_update AFTER UPDATE ON page FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id) VALUES ('page', OLD.id);
  IF NEW.id <> OLD.id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('page', NEW.id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER page_after_delete AFTER DELETE ON page FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('page', OLD.id)//

-- product and its slugs -------------------------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER product_before_update BEFORE UPDATE ON product FOR EACH ROW
IF NEW.updated_at <=> OLD.updated_at THEN
  SET NEW.updated_at = UTC_TIMESTAMP(6);
END IF//

CREATE /*M! OR REPLACE */ TRIGGER product_after_insert AFTER INSERT ON product FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.id)//

-- A plain SELECT, which takes no lock, looks for an alias that equals the new
-- slug. A DELETE that finds no row would lock the gap around it, and two renames
-- in neighbouring gaps would wait for each other. An alias that the SELECT cannot
-- see yet does no harm, because a current slug takes precedence.
CREATE /*M! OR REPLACE */ TRIGGER product_after_update AFTER UPDATE ON product FOR EACH ROW
BEGIN
  DECLARE taken BIGINT UNSIGNED DEFAULT NULL;
  INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.id);
  IF NEW.id <> OLD.id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.id);
  END IF;
  IF NEW.slug <> OLD.slug THEN
    SELECT MAX(id) INTO taken FROM product_alias WHERE slug = NEW.slug;
    IF taken IS NOT NULL THEN
      DELETE FROM product_alias WHERE id = taken;
    END IF;
    INSERT INTO product_alias (slug, product_id) VALUES (OLD.slug, NEW.id)
        ON DUPLICATE KEY UPDATE product_id = NEW.id;
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_after_delete AFTER DELETE ON product FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.id)//

CREATE /*M! OR REPLACE */ TRIGGER product_alias_after_insert AFTER INSERT ON product_alias FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_alias_after_update AFTER UPDATE ON product_alias FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_alias_after_delete AFTER DELETE ON product_alias FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id)//

-- links -----------------------------------------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER product_sector_after_insert AFTER INSERT ON product_sector FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_sector_after_update AFTER UPDATE ON product_sector FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_sector_after_delete AFTER DELETE ON product_sector FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_theme_after_insert AFTER INSERT ON product_theme FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER product_theme_after_update AFTER UPDATE ON product_theme FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER product_theme_after_delete AFTER DELETE ON product_theme FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id)//

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
INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER editorial_after_update AFTER UPDATE ON editorial FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER editorial_after_delete AFTER DELETE ON editorial FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER activity_after_insert AFTER INSERT ON activity FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id)//

CREATE /*M! OR REPLACE */ TRIGGER activity_after_update AFTER UPDATE ON activity FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id);
  IF NEW.product_id <> OLD.product_id THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER activity_after_delete AFTER DELETE ON activity FOR EACH ROW
INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id)//

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
    INSERT INTO change_log (entity, entity_id) VALUES ('site', 0);
  ELSE
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id);
  END IF;
  IF NEW.other_product_id IS NOT NULL THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.other_product_id);
  END IF;
END//

-- Logs the old owners, then the new owners that are not among them.
CREATE /*M! OR REPLACE */ TRIGGER faq_after_update AFTER UPDATE ON faq FOR EACH ROW
BEGIN
  IF OLD.product_id IS NULL THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('site', 0);
  ELSE
    INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id);
  END IF;
  IF OLD.other_product_id IS NOT NULL THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.other_product_id);
  END IF;
  IF NEW.product_id IS NULL THEN
    IF OLD.product_id IS NOT NULL THEN
      INSERT INTO change_log (entity, entity_id) VALUES ('site', 0);
    END IF;
  ELSEIF NOT (NEW.product_id <=> OLD.product_id OR NEW.product_id <=> OLD.other_product_id) THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id);
  END IF;
  IF NEW.other_product_id IS NOT NULL
     AND NOT (NEW.other_product_id <=> OLD.product_id
              OR NEW.other_product_id <=> OLD.other_product_id) THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.other_product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER faq_after_delete AFTER DELETE ON faq FOR EACH ROW
BEGIN
  IF OLD.product_id IS NULL THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('site', 0);
  ELSE
    INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.product_id);
  END IF;
  IF OLD.other_product_id IS NOT NULL THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', OLD.other_product_id);
  END IF;
END//

-- comparison: both products of the pair ---------------------------------------

CREATE /*M! OR REPLACE */ TRIGGER comparison_after_insert AFTER INSERT ON comparison FOR EACH ROW
INSERT INTO change_log (entity, entity_id)
VALUES ('product', NEW.product_id), ('product', NEW.other_product_id)//

CREATE /*M! OR REPLACE */ TRIGGER comparison_after_update AFTER UPDATE ON comparison FOR EACH ROW
BEGIN
  INSERT INTO change_log (entity, entity_id)
  VALUES ('product', OLD.product_id), ('product', OLD.other_product_id);
  IF NEW.product_id NOT IN (OLD.product_id, OLD.other_product_id) THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.product_id);
  END IF;
  IF NEW.other_product_id NOT IN (OLD.product_id, OLD.other_product_id) THEN
    INSERT INTO change_log (entity, entity_id) VALUES ('product', NEW.other_product_id);
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER comparison_after_delete AFTER DELETE ON comparison FOR EACH ROW
INSERT INTO change_log (entity, entity_id)
VALUES ('product', OLD.product_id), ('product', OLD.other_product_id)//

DELIMITER ;

INSERT IGNORE INTO schema_version (version) VALUES (2);
