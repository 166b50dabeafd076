-- diptych over the tables of another CMS: an example with WordPress.
--
-- An administrator runs this after the migrations, in a database that contains the
-- tables of both (mariadb diptych < adapters/wordpress.sql). It can be run again,
-- and must be after every `diptych migrate` that applied a file. The pool keeps its
-- grants, because they belong to the views' names. An adapter has three parts:
--
--   1. the site_* views, with the same column names, over the CMS's tables;
--   2. triggers that append to change_log in the editor's transaction, for every
--      row that a view shows: for its old owner and for its new owner;
--   3. rights: views, functions and triggers run with the rights of their creator,
--      so the CMS's account needs no new rights.
--
-- The mapping: a product is a post of type `product`, which is also its editorial
-- (excerpt: headline; content: current state; the rest in custom fields). Texts are
-- what WordPress stores: blocks or classic content, and HTML or plain lines in the
-- custom fields; the column body_format says so. An
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
--
-- What WordPress hides is hidden: a post with a password is a draft, and so are
-- private and pending posts. A post in the trash is archived under the slug that
-- it had, unless another post has taken that slug; its texts are not read. A post
-- that never had a slug is a draft named draft-{ID}. A custom field counts once,
-- with its first value, as WordPress's own get_post_meta() reads it.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

-- 1. Views -----------------------------------------------------------------------
-- No GROUP BY, DISTINCT or UNION, so that a view can be merged into the query.
-- CONVERT gives the results of functions and of CASE the weight of a column, which
-- mixes with every other text. A literal with its collation, or without, does not
-- on MySQL. COALESCE takes its collation from the column beside it.

/*!80000 DROP FUNCTION IF EXISTS wp_plain */;

DELIMITER //

-- Titles and names as text. WordPress stores "R&amp;D" and "It&#8217;s", because it
-- prints them as HTML. What is no character reference stays as it is. Latin-1
-- names stand in the order of their numbers, from 160.
CREATE /*M! OR REPLACE */ FUNCTION wp_plain(html LONGTEXT CHARACTER SET utf8mb4)
RETURNS LONGTEXT CHARACTER SET utf8mb4 DETERMINISTIC NO SQL
BEGIN
  DECLARE plain LONGTEXT CHARACTER SET utf8mb4 DEFAULT '';
  DECLARE name VARCHAR(12) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE at, ends, code INT;
  SET at = LOCATE('&', html);
  WHILE at > 0 DO
    SET ends = LOCATE(';', html, at), code = NULL;
    IF ends BETWEEN at + 2 AND at + 10 THEN
      SET name = SUBSTRING(html, at + 1, ends - at - 1);
      SET code = CASE
        WHEN name REGEXP '^#[0-9]{1,7}$' THEN CAST(SUBSTRING(name, 2) AS UNSIGNED)
        WHEN name REGEXP '^#[xX][0-9a-fA-F]{1,6}$' THEN CAST(CONV(SUBSTRING(name, 3), 16, 10) AS UNSIGNED)
        ELSE COALESCE(ELT(
            FIND_IN_SET(name, 'quot,amp,apos,lt,gt,ndash,mdash,lsquo,rsquo,sbquo,ldquo,rdquo,bdquo,bull,hellip,euro,trade'),
            34, 38, 39, 60, 62, 8211, 8212, 8216, 8217, 8218, 8220, 8221, 8222, 8226, 8230, 8364, 8482),
          NULLIF(FIND_IN_SET(name, CONCAT(
          'nbsp,iexcl,cent,pound,curren,yen,brvbar,sect,uml,copy,ordf,laquo,not,shy,reg,macr,deg,plusmn,sup2,sup3,acute,',
          'micro,para,middot,cedil,sup1,ordm,raquo,frac14,frac12,frac34,iquest,Agrave,Aacute,Acirc,Atilde,Auml,Aring,AElig,',
          'Ccedil,Egrave,Eacute,Ecirc,Euml,Igrave,Iacute,Icirc,Iuml,ETH,Ntilde,Ograve,Oacute,Ocirc,Otilde,Ouml,times,',
          'Oslash,Ugrave,Uacute,Ucirc,Uuml,Yacute,THORN,szlig,agrave,aacute,acirc,atilde,auml,aring,aelig,ccedil,egrave,',
          'eacute,ecirc,euml,igrave,iacute,icirc,iuml,eth,ntilde,ograve,oacute,ocirc,otilde,ouml,divide,oslash,ugrave,',
          'uacute,ucirc,uuml,yacute,thorn,yuml')) + 159, 159))
      END;
    END IF;
    IF code BETWEEN 32 AND 55295 OR code BETWEEN 57344 AND 1114111 THEN
      SET plain = CONCAT(plain, LEFT(html, at - 1),
        CONVERT(CONVERT(UNHEX(LPAD(HEX(code), 8, '0')) USING utf32) USING utf8mb4)), html = SUBSTRING(html, ends + 1);
    ELSE
      SET plain = CONCAT(plain, LEFT(html, at)), html = SUBSTRING(html, at + 1);
    END IF;
    SET at = LOCATE('&', html);
  END WHILE;
  RETURN CONCAT(plain, html);
END//

DELIMITER ;

-- The posts of type `product` and `page` that have a slug on the site. An entry of
-- the trash is called kafka__trashed or kafka__trashed-2; of several with one slug
-- the newest counts.
CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW wp_diptych_post AS
SELECT p.ID, p.post_type, p.post_author, p.post_title, p.post_excerpt, p.post_content, p.post_date_gmt, p.post_modified_gmt,
       CASE WHEN p.post_name = '' THEN CONCAT('draft-', p.ID)
            WHEN p.post_status = 'trash' THEN SUBSTRING_INDEX(p.post_name, '__trashed', 1)
            ELSE p.post_name END AS slug,
       CONVERT(CASE WHEN p.post_status = 'trash' THEN 'archived'
               WHEN p.post_status = 'publish' AND p.post_password = '' THEN 'published'
               ELSE 'draft' END USING ascii) AS status
  FROM wp_posts p
 WHERE p.post_status <> 'auto-draft'
   AND NOT (p.post_status = 'trash' AND EXISTS (
         SELECT 1 FROM wp_posts o
          WHERE o.post_type = p.post_type AND o.ID <> p.ID
            AND (o.post_name = SUBSTRING_INDEX(p.post_name, '__trashed', 1)
                 OR (o.post_status = 'trash' AND o.ID > p.ID
                     AND SUBSTRING_INDEX(o.post_name, '__trashed', 1) = SUBSTRING_INDEX(p.post_name, '__trashed', 1)))));

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product AS
SELECT p.ID AS id, p.slug AS slug, CONVERT(wp_plain(p.post_title) USING utf8mb4) AS name, p.status AS status,
       website.meta_value AS website_url, repository.meta_value AS repository_url, CAST(NULL AS CHAR) AS logo_url,
       CONVERT(wp_plain(license.meta_value) USING utf8mb4) AS license,
       COALESCE(lifecycle.meta_value, 'active') AS lifecycle,
       CAST(NULL AS DECIMAL(3,1)) AS velocity_override, p.post_date_gmt AS created_at, p.post_modified_gmt AS updated_at,
       CONVERT(wp_plain(summary.meta_value) USING utf8mb4) AS summary
  FROM wp_diptych_post p
  LEFT JOIN wp_postmeta website ON website.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'website')
  LEFT JOIN wp_postmeta repository ON repository.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'repository')
  LEFT JOIN wp_postmeta license ON license.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'license')
  LEFT JOIN wp_postmeta lifecycle ON lifecycle.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'lifecycle')
  LEFT JOIN wp_postmeta summary ON summary.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'summary')
 WHERE p.post_type = 'product';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_editorial AS
SELECT p.ID AS id, p.ID AS product_id,
       CONVERT(CASE p.status WHEN 'published' THEN 'published' ELSE 'draft' END USING ascii) AS status,
       CONVERT(wp_plain(p.post_excerpt) USING utf8mb4) AS headline, p.post_content AS current_state_md,
       COALESCE(heading.meta_value, '') AS heading_md,
       COALESCE(prediction.meta_value, '') AS prediction_md, CONVERT(wp_plain(author.display_name) USING utf8mb4) AS author,
       p.post_date_gmt AS published_at, CAST(NULL AS CHAR) AS preview_token,
       p.post_date_gmt AS created_at, p.post_modified_gmt AS updated_at,
       COALESCE(prediction_state.meta_value, 'open') AS prediction_state,
       CAST(prediction_move.meta_value AS UNSIGNED) AS prediction_activity_id,
       CONVERT(wp_plain(prediction_note.meta_value) USING utf8mb4) AS prediction_note,
       CONVERT('wordpress' USING ascii) AS body_format
  FROM wp_diptych_post p
  LEFT JOIN wp_users author ON author.ID = p.post_author
  LEFT JOIN wp_postmeta heading ON heading.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'heading')
  LEFT JOIN wp_postmeta prediction ON prediction.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'prediction')
  LEFT JOIN wp_postmeta prediction_state ON prediction_state.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'prediction_state')
  LEFT JOIN wp_postmeta prediction_move ON prediction_move.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'prediction_move')
  LEFT JOIN wp_postmeta prediction_note ON prediction_note.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'prediction_note')
 WHERE p.post_type = 'product' AND p.status <> 'archived';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_activity AS
SELECT p.ID AS id, p.post_parent AS product_id,
       CONVERT(CASE WHEN p.post_status = 'publish' AND p.post_password = '' THEN 'published'
               ELSE 'draft' END USING ascii) AS status,
       COALESCE(kind.meta_value, 'release') AS kind, COALESCE(class.meta_value, 'improvement') AS class,
       CONVERT(wp_plain(p.post_title) USING utf8mb4) AS title, url.meta_value AS url,
       CAST(NULL AS CHAR) AS version, p.post_date_gmt AS occurred_at
  FROM wp_posts p
  LEFT JOIN wp_postmeta kind ON kind.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'kind')
  LEFT JOIN wp_postmeta class ON class.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'class')
  LEFT JOIN wp_postmeta url ON url.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'url')
 WHERE p.post_type = 'move' AND p.post_status NOT IN ('auto-draft', 'trash');

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_faq AS
SELECT ID AS id, NULLIF(post_parent, 0) AS product_id, CAST(NULL AS UNSIGNED) AS other_product_id,
       CONVERT(wp_plain(post_title) USING utf8mb4) AS question, post_content AS answer_md, menu_order AS sort,
       CONVERT(CASE WHEN post_status = 'publish' AND post_password = '' THEN 'published'
               ELSE 'draft' END USING ascii) AS status, CONVERT('wordpress' USING ascii) AS body_format
  FROM wp_posts WHERE post_type = 'faq' AND post_status NOT IN ('auto-draft', 'trash');

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_page AS
SELECT ID AS id, slug AS slug, CONVERT(wp_plain(post_title) USING utf8mb4) AS title, post_content AS body_md,
       status AS status, post_modified_gmt AS updated_at, CONVERT('wordpress' USING ascii) AS body_format
  FROM wp_diptych_post WHERE post_type = 'page';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_alias AS
SELECT m.meta_id AS id, m.meta_value AS slug, m.post_id AS product_id
  FROM wp_postmeta m JOIN wp_diptych_post p ON p.ID = m.post_id AND p.post_type = 'product'
 WHERE m.meta_key = '_wp_old_slug';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_sector AS
SELECT x.term_taxonomy_id AS id, t.slug AS slug, CONVERT(wp_plain(t.name) USING utf8mb4) AS name, 0 AS sort
  FROM wp_term_taxonomy x JOIN wp_terms t ON t.term_id = x.term_id WHERE x.taxonomy = 'sector';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_theme AS
SELECT x.term_taxonomy_id AS id, t.slug AS slug, CONVERT(wp_plain(t.name) USING utf8mb4) AS name
  FROM wp_term_taxonomy x JOIN wp_terms t ON t.term_id = x.term_id WHERE x.taxonomy = 'theme';

-- WordPress's links have no id; it is computed from the link's two keys. A link
-- may belong to a post of another type.
CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_sector AS
SELECT r.object_id * 1000000 + r.term_taxonomy_id AS id, r.object_id AS product_id, r.term_taxonomy_id AS sector_id,
       r.term_order AS sort
  FROM wp_term_relationships r
  JOIN wp_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'sector'
  JOIN wp_diptych_post p  ON p.ID = r.object_id AND p.post_type = 'product';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_theme AS
SELECT r.object_id * 1000000 + r.term_taxonomy_id AS id, r.object_id AS product_id, r.term_taxonomy_id AS theme_id,
       r.term_order AS sort
  FROM wp_term_relationships r
  JOIN wp_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'theme'
  JOIN wp_diptych_post p  ON p.ID = r.object_id AND p.post_type = 'product';

-- WordPress ignores the case of a field's name, an attribute's slug does not.
CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_fact AS
SELECT m.meta_id AS id, m.post_id AS product_id, a.id AS attribute_id,
       CONVERT(wp_plain(m.meta_value) USING utf8mb4) AS value,
       CAST(NULL AS CHAR) AS note, CAST(NULL AS CHAR) AS source_url, CAST(NULL AS DATE) AS checked_on
  FROM wp_postmeta m
  JOIN wp_diptych_post p ON p.ID = m.post_id AND p.post_type = 'product' AND p.status <> 'archived'
  JOIN attribute a       ON a.slug = m.meta_key AND a.slug = CAST(m.meta_key AS BINARY)
 WHERE NOT EXISTS (SELECT 1 FROM wp_postmeta o
                    WHERE o.post_id = m.post_id AND o.meta_key = m.meta_key AND o.meta_id < m.meta_id
                      AND CAST(o.meta_key AS BINARY) = CAST(m.meta_key AS BINARY));

-- 2. Triggers --------------------------------------------------------------------
-- They read other rows with plain SELECTs, which take no locks, and append with
-- change_log_append only; 005_append.sql gives the reason.

-- MySQL replaces no trigger and no routine, so they are dropped first there. The
-- sweep finds what is edited in this second. MariaDB ignores these comments.
/*!80000 DROP TRIGGER IF EXISTS wp_posts_diptych_insert */;
/*!80000 DROP TRIGGER IF EXISTS wp_posts_diptych_update */;
/*!80000 DROP TRIGGER IF EXISTS wp_posts_diptych_delete */;
/*!80000 DROP TRIGGER IF EXISTS wp_users_diptych_update */;
/*!80000 DROP TRIGGER IF EXISTS wp_users_diptych_delete */;
/*!80000 DROP TRIGGER IF EXISTS wp_postmeta_diptych_insert */;
/*!80000 DROP TRIGGER IF EXISTS wp_postmeta_diptych_update */;
/*!80000 DROP TRIGGER IF EXISTS wp_postmeta_diptych_delete */;
/*!80000 DROP TRIGGER IF EXISTS wp_term_relationships_diptych_insert */;
/*!80000 DROP TRIGGER IF EXISTS wp_term_relationships_diptych_update */;
/*!80000 DROP TRIGGER IF EXISTS wp_term_relationships_diptych_delete */;
/*!80000 DROP TRIGGER IF EXISTS wp_terms_diptych_update */;
/*!80000 DROP TRIGGER IF EXISTS wp_term_taxonomy_diptych_insert */;
/*!80000 DROP TRIGGER IF EXISTS wp_term_taxonomy_diptych_update */;
/*!80000 DROP TRIGGER IF EXISTS wp_term_taxonomy_diptych_delete */;
/*!80000 DROP PROCEDURE IF EXISTS wp_post_changed */;
/*!80000 DROP PROCEDURE IF EXISTS wp_meta_changed */;
/*!80000 DROP PROCEDURE IF EXISTS wp_term_changed */;
/*!80000 DROP PROCEDURE IF EXISTS wp_author_changed */;
/*!80000 DROP PROCEDURE IF EXISTS wp_slug_changed */;

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

-- The author's name stands on the editorials. One entry for each product; a loop,
-- because INSERT ... SELECT would lock.
CREATE /*M! OR REPLACE */ PROCEDURE wp_author_changed(IN author BIGINT UNSIGNED)
BEGIN
  DECLARE post BIGINT UNSIGNED DEFAULT 0;
  WHILE post IS NOT NULL DO
    SELECT MIN(ID) INTO post FROM wp_posts WHERE post_author = author AND post_type = 'product' AND ID > post;
    IF post IS NOT NULL THEN CALL change_log_append('product', post); END IF;
  END WHILE;
END//

-- A post in the trash is shown as long as no other post has its slug.
CREATE /*M! OR REPLACE */ PROCEDURE wp_slug_changed(
  IN type VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, IN post BIGINT UNSIGNED,
  IN name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin)
BEGIN
  DECLARE other BIGINT UNSIGNED;
  IF type IN ('product', 'page') AND name <> '' THEN
    SELECT MAX(ID) INTO other FROM wp_posts
     WHERE post_type IN ('product', 'page') AND post_status = 'trash' AND post_type = type AND ID <> post
       AND SUBSTRING_INDEX(post_name, '__trashed', 1) = SUBSTRING_INDEX(name, '__trashed', 1);
    IF other IS NOT NULL THEN CALL change_log_append(type, other); END IF;
  END IF;
END//

CREATE /*M! OR REPLACE */ TRIGGER wp_posts_diptych_insert AFTER INSERT ON wp_posts FOR EACH ROW
BEGIN
  CALL wp_post_changed(NEW.post_type, NEW.ID, NEW.post_parent);
  CALL wp_slug_changed(NEW.post_type, NEW.ID, NEW.post_name);
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_posts_diptych_update AFTER UPDATE ON wp_posts FOR EACH ROW
BEGIN
  CALL wp_post_changed(OLD.post_type, OLD.ID, OLD.post_parent);
  IF NEW.post_type <> OLD.post_type OR NEW.post_parent <> OLD.post_parent OR NEW.ID <> OLD.ID THEN
    CALL wp_post_changed(NEW.post_type, NEW.ID, NEW.post_parent);
  END IF;
  IF NEW.post_name <> OLD.post_name OR NEW.post_type <> OLD.post_type OR NEW.post_status <> OLD.post_status THEN
    CALL wp_slug_changed(OLD.post_type, OLD.ID, OLD.post_name);
    CALL wp_slug_changed(NEW.post_type, NEW.ID, NEW.post_name);
  END IF;
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_posts_diptych_delete AFTER DELETE ON wp_posts FOR EACH ROW
BEGIN
  CALL wp_post_changed(OLD.post_type, OLD.ID, OLD.post_parent);
  CALL wp_slug_changed(OLD.post_type, OLD.ID, OLD.post_name);
END//

CREATE /*M! OR REPLACE */ TRIGGER wp_users_diptych_update AFTER UPDATE ON wp_users FOR EACH ROW
IF NEW.display_name <> OLD.display_name OR NEW.ID <> OLD.ID THEN
  CALL wp_author_changed(OLD.ID);
END IF//
CREATE /*M! OR REPLACE */ TRIGGER wp_users_diptych_delete AFTER DELETE ON wp_users FOR EACH ROW
CALL wp_author_changed(OLD.ID)//

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
