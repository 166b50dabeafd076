-- diptych: triggers with which Directus tells its users what is wrong. `setup` runs this
-- file after directus.sql.
--
-- Directus knows a few errors of the database and shows any other one as "An unexpected
-- error occurred". Of error 1264 it tells the column that the message has in quotes, of
-- error 1452 the table and the column that stand second and fourth in backquotes. The keys
-- of diptych begin with `anchor`, so their own message names a column that no form has.
-- Of an error while it deletes, Directus tells nothing; so what belongs to a row is
-- deleted with it, as the forms say. The triggers of those rows log the deletions.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

DELIMITER //

DROP TRIGGER IF EXISTS directus_product_delete//
CREATE TRIGGER directus_product_delete BEFORE DELETE ON product FOR EACH ROW
BEGIN
  DELETE FROM product_sector WHERE product_id = OLD.id;
  DELETE FROM product_theme WHERE product_id = OLD.id;
  DELETE FROM product_alias WHERE product_id = OLD.id;
  DELETE FROM product_source WHERE product_id = OLD.id;
  DELETE FROM editorial WHERE product_id = OLD.id;
  DELETE FROM activity WHERE product_id = OLD.id;
  DELETE FROM fact WHERE product_id = OLD.id;
  DELETE FROM alternative WHERE product_id = OLD.id OR other_product_id = OLD.id;
  DELETE FROM faq WHERE product_id = OLD.id OR other_product_id = OLD.id;
  DELETE FROM comparison WHERE product_id = OLD.id OR other_product_id = OLD.id;
END//

DROP TRIGGER IF EXISTS directus_sector_delete//
CREATE TRIGGER directus_sector_delete BEFORE DELETE ON sector FOR EACH ROW
BEGIN
  DELETE FROM product_sector WHERE sector_id = OLD.id;
  DELETE FROM attribute_sector WHERE sector_id = OLD.id;
END//

DROP TRIGGER IF EXISTS directus_theme_delete//
CREATE TRIGGER directus_theme_delete BEFORE DELETE ON theme FOR EACH ROW
DELETE FROM product_theme WHERE theme_id = OLD.id//

DROP TRIGGER IF EXISTS directus_attribute_delete//
CREATE TRIGGER directus_attribute_delete BEFORE DELETE ON attribute FOR EACH ROW
BEGIN
  DELETE FROM attribute_sector WHERE attribute_id = OLD.id;
  DELETE FROM fact WHERE attribute_id = OLD.id;
END//

-- A row that names another one: NULL names none, or the one that it named before.
DROP PROCEDURE IF EXISTS directus_refer//
CREATE PROCEDURE directus_refer(
  IN child VARCHAR(32) CHARACTER SET ascii, IN field VARCHAR(32) CHARACTER SET ascii, IN parent VARCHAR(32) CHARACTER SET ascii,
  IN wanted BIGINT UNSIGNED)
BEGIN
  DECLARE found BIGINT UNSIGNED;
  DECLARE words VARCHAR(128) CHARACTER SET utf8mb4;
  IF wanted IS NOT NULL THEN
    CASE parent
      WHEN 'product' THEN SELECT MAX(id) INTO found FROM product WHERE id = wanted;
      WHEN 'sector' THEN SELECT MAX(id) INTO found FROM sector WHERE id = wanted;
      WHEN 'theme' THEN SELECT MAX(id) INTO found FROM theme WHERE id = wanted;
      WHEN 'attribute' THEN SELECT MAX(id) INTO found FROM attribute WHERE id = wanted;
    END CASE;
    IF found IS NULL THEN
      SET words = CONCAT('There is no such `', parent, '`: `', child, '`, `key` (`', field, '`)');
      SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1452, MESSAGE_TEXT = words;
    END IF;
  END IF;
END//

-- A row of two products.
DROP PROCEDURE IF EXISTS directus_refer_two//
CREATE PROCEDURE directus_refer_two(IN one BIGINT UNSIGNED, IN other BIGINT UNSIGNED)
IF one = other THEN
  SIGNAL SQLSTATE '22003' SET MYSQL_ERRNO = 1264, MESSAGE_TEXT = 'Choose another product as ''other_product_id'': it is the product itself';
END IF//

DROP TRIGGER IF EXISTS directus_product_sector_insert//
CREATE TRIGGER directus_product_sector_insert BEFORE INSERT ON product_sector FOR EACH ROW
BEGIN
  CALL directus_refer('product_sector', 'product_id', 'product', NEW.product_id);
  CALL directus_refer('product_sector', 'sector_id', 'sector', NEW.sector_id);
END//

DROP TRIGGER IF EXISTS directus_product_sector_update//
CREATE TRIGGER directus_product_sector_update BEFORE UPDATE ON product_sector FOR EACH ROW
BEGIN
  CALL directus_refer('product_sector', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id));
  CALL directus_refer('product_sector', 'sector_id', 'sector', NULLIF(NEW.sector_id, OLD.sector_id));
END//

DROP TRIGGER IF EXISTS directus_product_theme_insert//
CREATE TRIGGER directus_product_theme_insert BEFORE INSERT ON product_theme FOR EACH ROW
BEGIN
  CALL directus_refer('product_theme', 'product_id', 'product', NEW.product_id);
  CALL directus_refer('product_theme', 'theme_id', 'theme', NEW.theme_id);
END//

DROP TRIGGER IF EXISTS directus_product_theme_update//
CREATE TRIGGER directus_product_theme_update BEFORE UPDATE ON product_theme FOR EACH ROW
BEGIN
  CALL directus_refer('product_theme', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id));
  CALL directus_refer('product_theme', 'theme_id', 'theme', NULLIF(NEW.theme_id, OLD.theme_id));
END//

DROP TRIGGER IF EXISTS directus_attribute_sector_insert//
CREATE TRIGGER directus_attribute_sector_insert BEFORE INSERT ON attribute_sector FOR EACH ROW
BEGIN
  CALL directus_refer('attribute_sector', 'attribute_id', 'attribute', NEW.attribute_id);
  CALL directus_refer('attribute_sector', 'sector_id', 'sector', NEW.sector_id);
END//

DROP TRIGGER IF EXISTS directus_attribute_sector_update//
CREATE TRIGGER directus_attribute_sector_update BEFORE UPDATE ON attribute_sector FOR EACH ROW
BEGIN
  CALL directus_refer('attribute_sector', 'attribute_id', 'attribute', NULLIF(NEW.attribute_id, OLD.attribute_id));
  CALL directus_refer('attribute_sector', 'sector_id', 'sector', NULLIF(NEW.sector_id, OLD.sector_id));
END//

DROP TRIGGER IF EXISTS directus_fact_insert//
CREATE TRIGGER directus_fact_insert BEFORE INSERT ON fact FOR EACH ROW
BEGIN
  CALL directus_refer('fact', 'product_id', 'product', NEW.product_id);
  CALL directus_refer('fact', 'attribute_id', 'attribute', NEW.attribute_id);
END//

DROP TRIGGER IF EXISTS directus_fact_update//
CREATE TRIGGER directus_fact_update BEFORE UPDATE ON fact FOR EACH ROW
BEGIN
  CALL directus_refer('fact', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id));
  CALL directus_refer('fact', 'attribute_id', 'attribute', NULLIF(NEW.attribute_id, OLD.attribute_id));
END//

DROP TRIGGER IF EXISTS directus_editorial_insert//
CREATE TRIGGER directus_editorial_insert BEFORE INSERT ON editorial FOR EACH ROW
CALL directus_refer('editorial', 'product_id', 'product', NEW.product_id)//

DROP TRIGGER IF EXISTS directus_editorial_update//
CREATE TRIGGER directus_editorial_update BEFORE UPDATE ON editorial FOR EACH ROW
CALL directus_refer('editorial', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id))//

DROP TRIGGER IF EXISTS directus_activity_insert//
CREATE TRIGGER directus_activity_insert BEFORE INSERT ON activity FOR EACH ROW
CALL directus_refer('activity', 'product_id', 'product', NEW.product_id)//

DROP TRIGGER IF EXISTS directus_activity_update//
CREATE TRIGGER directus_activity_update BEFORE UPDATE ON activity FOR EACH ROW
CALL directus_refer('activity', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id))//

DROP TRIGGER IF EXISTS directus_product_source_insert//
CREATE TRIGGER directus_product_source_insert BEFORE INSERT ON product_source FOR EACH ROW
CALL directus_refer('product_source', 'product_id', 'product', NEW.product_id)//

DROP TRIGGER IF EXISTS directus_product_source_update//
CREATE TRIGGER directus_product_source_update BEFORE UPDATE ON product_source FOR EACH ROW
CALL directus_refer('product_source', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id))//

DROP TRIGGER IF EXISTS directus_alternative_insert//
CREATE TRIGGER directus_alternative_insert BEFORE INSERT ON alternative FOR EACH ROW
BEGIN
  CALL directus_refer('alternative', 'product_id', 'product', NEW.product_id);
  CALL directus_refer('alternative', 'other_product_id', 'product', NEW.other_product_id);
  CALL directus_refer_two(NEW.product_id, NEW.other_product_id);
END//

DROP TRIGGER IF EXISTS directus_alternative_update//
CREATE TRIGGER directus_alternative_update BEFORE UPDATE ON alternative FOR EACH ROW
BEGIN
  CALL directus_refer('alternative', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id));
  CALL directus_refer('alternative', 'other_product_id', 'product', NULLIF(NEW.other_product_id, OLD.other_product_id));
  CALL directus_refer_two(NEW.product_id, NEW.other_product_id);
END//

DROP TRIGGER IF EXISTS directus_comparison_insert//
CREATE TRIGGER directus_comparison_insert BEFORE INSERT ON comparison FOR EACH ROW
BEGIN
  CALL directus_refer('comparison', 'product_id', 'product', NEW.product_id);
  CALL directus_refer('comparison', 'other_product_id', 'product', NEW.other_product_id);
  CALL directus_refer_two(NEW.product_id, NEW.other_product_id);
END//

DROP TRIGGER IF EXISTS directus_comparison_update//
CREATE TRIGGER directus_comparison_update BEFORE UPDATE ON comparison FOR EACH ROW
BEGIN
  CALL directus_refer('comparison', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id));
  CALL directus_refer('comparison', 'other_product_id', 'product', NULLIF(NEW.other_product_id, OLD.other_product_id));
  CALL directus_refer_two(NEW.product_id, NEW.other_product_id);
END//

DROP TRIGGER IF EXISTS directus_faq_insert//
CREATE TRIGGER directus_faq_insert BEFORE INSERT ON faq FOR EACH ROW
BEGIN
  CALL directus_refer('faq', 'product_id', 'product', NEW.product_id);
  CALL directus_refer('faq', 'other_product_id', 'product', NEW.other_product_id);
  CALL directus_refer_two(NEW.product_id, NEW.other_product_id);
END//

DROP TRIGGER IF EXISTS directus_faq_update//
CREATE TRIGGER directus_faq_update BEFORE UPDATE ON faq FOR EACH ROW
BEGIN
  CALL directus_refer('faq', 'product_id', 'product', NULLIF(NEW.product_id, OLD.product_id));
  CALL directus_refer('faq', 'other_product_id', 'product', NULLIF(NEW.other_product_id, OLD.other_product_id));
  CALL directus_refer_two(NEW.product_id, NEW.other_product_id);
END//

DELIMITER ;
