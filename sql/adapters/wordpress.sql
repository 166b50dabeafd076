-- diptych over the tables of another CMS: an example with WordPress.
--
-- An administrator runs this after the migrations, in a database that contains the
-- tables of both (mariadb diptych < adapters/wordpress.sql). It can be run again,
-- and must be after every `diptych migrate` that applied a file (MySQL: drop the
-- triggers and procedures first). The pool keeps its grants, because they belong
-- to the views' names. An adapter has three parts:
--
--   1. the site_* views, with the same column names, over the CMS's tables;
--   2. triggers that append to change_log in the editor's transaction, for every
--      row that a view shows: for its old owner and for its new owner;
--   3. rights: views and triggers run with the rights of their creator, so the
--      CMS's account needs no new rights.
--
-- The mapping: a product is a post of type `product`, which is also its editorial
-- (excerpt: headline; content: current state; the rest in custom fields). An
-- activity is a post of type `move` whose parent is the product. A question is a
-- post of type `faq` whose parent is a product; without a parent it belongs to the
-- site. Sectors and themes are the taxonomies `sector` and `theme`. Pages are
-- pages. Old slugs are those that WordPress stores. Attributes are rows of
-- diptych's own table; attribute_sector stays empty, so every attribute applies to
-- all products. A custom field of a product that is named by an attribute's slug is
-- a fact, and the custom field `summary` is the product's summary. Texts on pairs,
-- picks and sources stay in diptych's own, empty tables. The views pass on invalid
-- values (a slug with %C3%BC, a zero date); diptych skips such rows and
-- `diptych lint` lists them.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

-- 1. Views -----------------------------------------------------------------------
-- No GROUP BY, DISTINCT or UNION, so that a view can be merged into the query.

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product AS
SELECT p.ID AS id, p.post_name AS slug, p.post_title AS name,
       CASE p.post_status WHEN 'publish' THEN 'published' WHEN 'trash' THEN 'archived' ELSE 'draft' END AS status,
       website.meta_value AS website_url, repository.meta_value AS repository_url, CAST(NULL AS CHAR) AS logo_url,
       license.meta_value AS license, COALESCE(lifecycle.meta_value, 'active') AS lifecycle,
       CAST(NULL AS DECIMAL(3,1)) AS velocity_override, p.post_date_gmt AS created_at, p.post_modified_gmt AS updated_at,
       summary.meta_value AS summary
  FROM wp_posts p
  LEFT JOIN wp_postmeta website    ON website.post_id = p.ID AND website.meta_key = 'website'
  LEFT JOIN wp_postmeta repository ON repository.post_id = p.ID AND repository.meta_key = 'repository'
  LEFT JOIN wp_postmeta license    ON license.post_id = p.ID AND license.meta_key = 'license'
  LEFT JOIN wp_postmeta lifecycle  ON lifecycle.post_id = p.ID AND lifecycle.meta_key = 'lifecycle'
  LEFT JOIN wp_postmeta summary    ON summary.post_id = p.ID AND summary.meta_key = 'summary'
 WHERE p.post_type = 'product';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_editorial AS
SELECT p.ID AS id, p.ID AS product_id, CASE p.post_status WHEN 'publish' THEN 'published' ELSE 'draft' END AS status,
       p.post_excerpt AS headline, p.post_content AS current_state_md, COALESCE(heading.meta_value, '') AS heading_md,
       COALESCE(prediction.meta_value, '') AS prediction_md, author.display_name AS author,
       p.post_date_gmt AS published_at, CAST(NULL AS CHAR) AS preview_token,
       p.post_date_gmt AS created_at, p.post_modified_gmt AS updated_at,
       COALESCE(state.meta_value, 'open') AS prediction_state,
       CAST(move.meta_value AS UNSIGNED) AS prediction_activity_id, note.meta_value AS prediction_note
  FROM wp_posts p
  LEFT JOIN wp_users author        ON author.ID = p.post_author
  LEFT JOIN wp_postmeta heading    ON heading.post_id = p.ID AND heading.meta_key = 'heading'
  LEFT JOIN wp_postmeta prediction ON prediction.post_id = p.ID AND prediction.meta_key = 'prediction'
  LEFT JOIN wp_postmeta state      ON state.post_id = p.ID AND state.meta_key = 'prediction_state'
  LEFT JOIN wp_postmeta move       ON move.post_id = p.ID AND move.meta_key = 'prediction_move'
  LEFT JOIN wp_postmeta note       ON note.post_id = p.ID AND note.meta_key = 'prediction_note'
 WHERE p.post_type = 'product';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_activity AS
SELECT p.ID AS id, p.post_parent AS product_id,
       CASE p.post_status WHEN 'publish' THEN 'published' ELSE 'draft' END AS status,
       COALESCE(kind.meta_value, 'release') AS kind, COALESCE(class.meta_value, 'improvement') AS class,
       p.post_title AS title, url.meta_value AS url, CAST(NULL AS CHAR) AS version, p.post_date_gmt AS occurred_at
  FROM wp_posts p
  LEFT JOIN wp_postmeta kind  ON kind.post_id = p.ID AND kind.meta_key = 'kind'
  LEFT JOIN wp_postmeta class ON class.post_id = p.ID AND class.meta_key = 'class'
  LEFT JOIN wp_postmeta url   ON url.post_id = p.ID AND url.meta_key = 'url'
 WHERE p.post_type = 'move';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_faq AS
SELECT ID AS id, NULLIF(post_parent, 0) AS product_id, CAST(NULL AS UNSIGNED) AS other_product_id,
       post_title AS question, post_content AS answer_md, menu_order AS sort,
       CASE post_status WHEN 'publish' THEN 'published' ELSE 'draft' END AS status
  FROM wp_posts WHERE post_type = 'faq';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_page AS
SELECT ID AS id, post_name AS slug, post_title AS title, post_content AS body_md,
       CASE post_status WHEN 'publish' THEN 'published' WHEN 'trash' THEN 'archived' ELSE 'draft' END AS status,
       post_modified_gmt AS updated_at
  FROM wp_posts WHERE post_type = 'page';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_alias AS
SELECT m.meta_id AS id, m.meta_value AS slug, m.post_id AS product_id
  FROM wp_postmeta m JOIN wp_posts p ON p.ID = m.post_id AND p.post_type = 'product'
 WHERE m.meta_key = '_wp_old_slug';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_sector AS
SELECT x.term_taxonomy_id AS id, t.slug AS slug, t.name AS name, 0 AS sort
  FROM wp_term_taxonomy x JOIN wp_terms t ON t.term_id = x.term_id WHERE x.taxonomy = 'sector';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_theme AS
SELECT x.term_taxonomy_id AS id, t.slug AS slug, t.name AS name
  FROM wp_term_taxonomy x JOIN wp_terms t ON t.term_id = x.term_id WHERE x.taxonomy = 'theme';

-- WordPress's links have no id; it is computed from the link's two keys.
CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_sector AS
SELECT r.object_id * 1000000 + r.term_taxonomy_id AS id, r.object_id AS product_id, r.term_taxonomy_id AS sector_id,
       r.term_order AS sort
  FROM wp_term_relationships r
  JOIN wp_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'sector';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_theme AS
SELECT r.object_id * 1000000 + r.term_taxonomy_id AS id, r.object_id AS product_id, r.term_taxonomy_id AS theme_id,
       r.term_order AS sort
  FROM wp_term_relationships r
  JOIN wp_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'theme';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_fact AS
SELECT m.meta_id AS id, m.post_id AS product_id, a.id AS attribute_id, m.meta_value AS value,
       CAST(NULL AS CHAR) AS note, CAST(NULL AS CHAR) AS source_url, CAST(NULL AS DATE) AS checked_on
  FROM wp_postmeta m
  JOIN wp_posts p  ON p.ID = m.post_id AND p.post_type = 'product'
  JOIN attribute a ON a.slug = m.meta_key AND a.slug = CAST(m.meta_key AS BINARY); -- WordPress ignores case

-- 2. Triggers --------------------------------------------------------------------
-- They read other rows with plain SELECTs, which take no locks, and append with
-- change_log_append only; 005_append.sql gives the reason.

DELIMITER //

CREATE /*M! OR REPLACE */ PROCEDURE wp_post_changed(
  IN type VARCHAR(20), IN post BIGINT UNSIGNED, IN parent BIGINT UNSIGNED)
CASE
  WHEN type = 'product' THEN CALL change_log_append('product', post);
  WHEN type = 'page' THEN CALL change_log_append('page', post);
  WHEN type IN ('move', 'faq') AND parent > 0 THEN
    CALL change_log_append('product', parent);
  WHEN type = 'faq' THEN CALL change_log_append('site', 0);
  ELSE BEGIN END; -- revisions, attachments, menus
END CASE//

-- Fields like `_edit_lock` change every few seconds and are shown on no page.
CREATE /*M! OR REPLACE */ PROCEDURE wp_meta_changed(IN meta_name VARCHAR(255), IN post BIGINT UNSIGNED)
BEGIN
  DECLARE type VARCHAR(20);
  DECLARE parent BIGINT UNSIGNED;
  IF meta_name = '_wp_old_slug' OR meta_name NOT LIKE '|_%' ESCAPE '|' THEN
    SELECT MAX(post_type), MAX(post_parent) INTO type, parent FROM wp_posts WHERE ID = post;
    CALL wp_post_changed(COALESCE(type, ''), post, parent);
  END IF;
END//

CREATE /*M! OR REPLACE */ PROCEDURE wp_term_changed(IN term BIGINT UNSIGNED)
BEGIN
  DECLARE sector, theme BIGINT UNSIGNED;
  SELECT MAX(IF(taxonomy = 'sector', term_taxonomy_id, NULL)), MAX(IF(taxonomy = 'theme', term_taxonomy_id, NULL))
    INTO sector, theme FROM wp_term_taxonomy WHERE term_id = term;
  IF sector IS NOT NULL THEN CALL change_log_append('sector', sector); END IF;
  IF theme IS NOT NULL THEN CALL change_log_append('theme', theme); END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER wp_posts_diptych_insert AFTER INSERT ON wp_posts FOR EACH ROW
CALL wp_post_changed(NEW.post_type, NEW.ID, NEW.post_parent)//
CREATE /*M! OR REPLACE */ TRIGGER wp_posts_diptych_update AFTER UPDATE ON wp_posts FOR EACH ROW
BEGIN
  CALL wp_post_changed(OLD.post_type, OLD.ID, OLD.post_parent);
  IF NEW.post_type <> OLD.post_type OR NEW.post_parent <> OLD.post_parent OR NEW.ID <> OLD.ID THEN
    CALL wp_post_changed(NEW.post_type, NEW.ID, NEW.post_parent);
  END IF;
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_posts_diptych_delete AFTER DELETE ON wp_posts FOR EACH ROW
CALL wp_post_changed(OLD.post_type, OLD.ID, OLD.post_parent)//

CREATE /*M! OR REPLACE */ TRIGGER wp_postmeta_diptych_insert AFTER INSERT ON wp_postmeta FOR EACH ROW
CALL wp_meta_changed(NEW.meta_key, NEW.post_id)//
CREATE /*M! OR REPLACE */ TRIGGER wp_postmeta_diptych_update AFTER UPDATE ON wp_postmeta FOR EACH ROW
BEGIN
  CALL wp_meta_changed(OLD.meta_key, OLD.post_id);
  IF NEW.post_id <> OLD.post_id OR NOT (NEW.meta_key <=> OLD.meta_key) THEN
    CALL wp_meta_changed(NEW.meta_key, NEW.post_id);
  END IF;
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_postmeta_diptych_delete AFTER DELETE ON wp_postmeta FOR EACH ROW
CALL wp_meta_changed(OLD.meta_key, OLD.post_id)//

CREATE /*M! OR REPLACE */ TRIGGER wp_term_relationships_diptych_insert AFTER INSERT ON wp_term_relationships
FOR EACH ROW CALL wp_meta_changed('term', NEW.object_id)//
CREATE /*M! OR REPLACE */ TRIGGER wp_term_relationships_diptych_update AFTER UPDATE ON wp_term_relationships
FOR EACH ROW
BEGIN
  CALL wp_meta_changed('term', OLD.object_id);
  IF NEW.object_id <> OLD.object_id THEN
    CALL wp_meta_changed('term', NEW.object_id);
  END IF;
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_term_relationships_diptych_delete AFTER DELETE ON wp_term_relationships
FOR EACH ROW CALL wp_meta_changed('term', OLD.object_id)//

-- WordPress inserts a term before its taxonomy row and deletes it after that row,
-- so triggers on these two tables log every new and every deleted sector.
CREATE /*M! OR REPLACE */ TRIGGER wp_terms_diptych_update AFTER UPDATE ON wp_terms FOR EACH ROW
CALL wp_term_changed(NEW.term_id)//
CREATE /*M! OR REPLACE */ TRIGGER wp_term_taxonomy_diptych_insert AFTER INSERT ON wp_term_taxonomy FOR EACH ROW
IF NEW.taxonomy IN ('sector', 'theme') THEN
  CALL change_log_append(NEW.taxonomy, NEW.term_taxonomy_id);
END IF//
CREATE /*M! OR REPLACE */ TRIGGER wp_term_taxonomy_diptych_update AFTER UPDATE ON wp_term_taxonomy FOR EACH ROW
BEGIN
  IF OLD.taxonomy IN ('sector', 'theme') THEN
    CALL change_log_append(OLD.taxonomy, OLD.term_taxonomy_id);
  END IF;
  IF NEW.taxonomy IN ('sector', 'theme') AND NEW.taxonomy <> OLD.taxonomy THEN
    CALL change_log_append(NEW.taxonomy, NEW.term_taxonomy_id);
  END IF;
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_term_taxonomy_diptych_delete AFTER DELETE ON wp_term_taxonomy FOR EACH ROW
IF OLD.taxonomy IN ('sector', 'theme') THEN
  CALL change_log_append(OLD.taxonomy, OLD.term_taxonomy_id);
END IF//

DELIMITER ;

-- 3. Log entries for existing products, so that every product has a revision.
-- (Without them, a running pool finds the products with its sweep.)
INSERT INTO change_log (entity, entity_id)
SELECT 'product', p.ID FROM wp_posts p
 WHERE p.post_type = 'product'
   AND NOT EXISTS (SELECT 1 FROM change_log l WHERE l.entity = 'product' AND l.entity_id = p.ID);
