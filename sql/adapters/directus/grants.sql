-- diptych: the account that Directus runs with, and its rights. `setup` runs this file
-- after directus.sql.
--
-- The account reads and writes the columns that editors edit, and Directus's own tables.
-- It creates, alters and drops nothing, so no click in Directus changes a table of
-- diptych. It has no right to the columns that the schema maintains, so Directus does not
-- see them. Install and upgrade Directus (`directus bootstrap`, `directus database
-- migrate:latest`) with an administrator's account, and run `setup` again after an
-- upgrade, which may bring tables.
--
-- The account is created locked and without a password:
--
--   ALTER USER 'diptych_directus'@'localhost' IDENTIFIED BY 'a long word' ACCOUNT UNLOCK;
--
-- For another name or host replace 'diptych_directus'@'localhost' everywhere; ACCOUNT of
-- `setup` does that.

CREATE USER IF NOT EXISTS 'diptych_directus'@'localhost' ACCOUNT LOCK;

GRANT SELECT (id, name, slug, status, lifecycle, summary, website_url, repository_url, logo_url, license,
    velocity_override, preview_token, created_at, updated_at),
  INSERT (name, slug, status, lifecycle, summary, website_url, repository_url, logo_url, license, velocity_override),
  UPDATE (name, slug, status, lifecycle, summary, website_url, repository_url, logo_url, license, velocity_override),
  DELETE ON product TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, author, status, published_at, headline, current_state_md, heading_md, prediction_md,
    prediction_state, prediction_activity_id, prediction_note, preview_token, created_at, updated_at),
  INSERT (product_id, author, status, published_at, headline, current_state_md, heading_md, prediction_md,
    prediction_state, prediction_activity_id, prediction_note),
  UPDATE (product_id, author, status, published_at, headline, current_state_md, heading_md, prediction_md,
    prediction_state, prediction_activity_id, prediction_note),
  DELETE ON editorial TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, occurred_at, title, kind, class, version, url, status),
  INSERT (product_id, occurred_at, title, kind, class, version, url, status),
  UPDATE (product_id, occurred_at, title, kind, class, version, url, status),
  DELETE ON activity TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, attribute_id, value, note, source_url, checked_on),
  INSERT (product_id, attribute_id, value, note, source_url, checked_on),
  UPDATE (product_id, attribute_id, value, note, source_url, checked_on),
  DELETE ON fact TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, other_product_id, status, reason, sort, preview_token),
  INSERT (product_id, other_product_id, status, reason, sort),
  UPDATE (product_id, other_product_id, status, reason, sort),
  DELETE ON alternative TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, kind, status, url, checked_at, error),
  INSERT (product_id, kind, status, url),
  UPDATE (product_id, kind, status, url),
  DELETE ON product_source TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, slug) ON product_alias TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, other_product_id, status, intro_md, verdict_md, preview_token),
  INSERT (product_id, other_product_id, status, intro_md, verdict_md),
  UPDATE (product_id, other_product_id, status, intro_md, verdict_md),
  DELETE ON comparison TO 'diptych_directus'@'localhost';
GRANT SELECT (id, question, answer_md, product_id, other_product_id, status, sort, preview_token),
  INSERT (question, answer_md, product_id, other_product_id, status, sort),
  UPDATE (question, answer_md, product_id, other_product_id, status, sort),
  DELETE ON faq TO 'diptych_directus'@'localhost';
GRANT SELECT (id, title, slug, status, body_md, preview_token, updated_at),
  INSERT (title, slug, status, body_md),
  UPDATE (title, slug, status, body_md),
  DELETE ON page TO 'diptych_directus'@'localhost';
GRANT SELECT (id, name, slug, kind, unit, group_name, status, help, sort),
  INSERT (name, slug, kind, unit, group_name, status, help, sort),
  UPDATE (name, slug, kind, unit, group_name, status, help, sort),
  DELETE ON attribute TO 'diptych_directus'@'localhost';
GRANT SELECT (id, name, slug, sort),
  INSERT (name, slug, sort),
  UPDATE (name, slug, sort),
  DELETE ON sector TO 'diptych_directus'@'localhost';
GRANT SELECT (id, name, slug),
  INSERT (name, slug),
  UPDATE (name, slug),
  DELETE ON theme TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, sector_id, sort),
  INSERT (product_id, sector_id, sort),
  UPDATE (product_id, sector_id, sort),
  DELETE ON product_sector TO 'diptych_directus'@'localhost';
GRANT SELECT (id, product_id, theme_id, sort),
  INSERT (product_id, theme_id, sort),
  UPDATE (product_id, theme_id, sort),
  DELETE ON product_theme TO 'diptych_directus'@'localhost';
GRANT SELECT (id, attribute_id, sector_id, sort),
  INSERT (attribute_id, sector_id, sort),
  UPDATE (attribute_id, sector_id, sort),
  DELETE ON attribute_sector TO 'diptych_directus'@'localhost';
GRANT SELECT (id, meaning, advice, words, table_name, row_id, column_name, rule, run) ON lint_finding TO
    'diptych_directus'@'localhost';
GRANT SELECT (id, finished_at) ON lint_run TO 'diptych_directus'@'localhost';

-- Directus's own tables, whichever its version has.
DELIMITER //

DROP PROCEDURE IF EXISTS directus_grants//
CREATE PROCEDURE directus_grants()
BEGIN
  DECLARE own VARCHAR(64);
  DECLARE done INT DEFAULT 0;
  DECLARE tables CURSOR FOR
    SELECT table_name FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name LIKE 'directus\_%' AND table_type = 'BASE TABLE';
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN tables;
  FETCH tables INTO own;
  WHILE NOT done DO
    SET @right = CONCAT('GRANT SELECT, INSERT, UPDATE, DELETE ON `', own, "` TO 'diptych_directus'@'localhost'");
    PREPARE own_right FROM @right;
    EXECUTE own_right;
    DEALLOCATE PREPARE own_right;
    FETCH tables INTO own;
  END WHILE;
  CLOSE tables;
END//

DELIMITER ;

CALL directus_grants();
DROP PROCEDURE directus_grants;
