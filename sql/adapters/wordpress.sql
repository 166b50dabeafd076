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
-- The plugin in wordpress/diptych declares the types, fields and preview links in
-- WordPress. The mapping:
--
--   product     title: name; excerpt: headline; content: current state. The fields
--               heading, prediction, prediction_state, prediction_move (the ID of a
--               move) and prediction_note make it an editorial as well; summary,
--               website, repository, license, lifecycle and velocity are the product's.
--               The featured image is the logo.
--   editorial   a later editorial of its parent, with the same fields. A product
--               without headline and content has these only.
--   move        an activity of its parent: kind, class, url, version; its date
--   faq         a question of its parent and of the product in the field
--               other_product; without either it belongs to the site
--   comparison  words on two products: its parent and other_product; field verdict
--   pick        an alternative of its parent: other_product; title: why
--   page        a page
--
-- Sectors and themes are the taxonomies `sector` and `theme`. Old slugs are those
-- that WordPress stores. Attributes are rows of diptych's own table;
-- attribute_sector stays empty, so every attribute applies to all products. A field
-- of a product that is named by an attribute's slug is a fact; the same name with
-- _note, _source or _checked says more of it. Sources stay in diptych's own table.
--
-- Texts are what WordPress stores: blocks or classic content, and HTML or plain
-- lines in the fields; the column body_format says so. Footnotes of the block editor
-- are in the field `footnotes` and follow the text. The views pass on invalid
-- values (a slug with %C3%BC); diptych skips such rows and `diptych lint` lists them.
--
-- What WordPress hides is hidden: a post with a password is a draft, and so are
-- private and pending posts. A post in the trash is archived under the slug that
-- it had, unless another post has taken that slug; its texts are not read. A post
-- that never had a slug is a draft named draft-{ID}. A field counts once, with its
-- first value, as WordPress's own get_post_meta() reads it.
--
-- A scheduled post appears when the clock of the database says so, whether
-- WordPress's cron runs or not. The event wp_diptych_due logs it, unless the post
-- is a product, an editorial or a move, whose dates diptych follows itself. It
-- needs event_scheduler = ON; without it the sweep finds these posts in minutes.
--
-- Each post but a move has a row in wp_diptych_row, which says in indexed columns
-- whose it is, and has the token of its preview. wp_diptych_field finds the values of
-- its fields. Triggers keep both; running this file again mends them. The autosave of
-- a product is a draft of its own, which only a preview shows.
--
-- The tables have the prefix wp_. For another one, replace it in this file:
-- sed 's/\bwp_/blog_/g' adapters/wordpress.sql

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

-- 1. Views -----------------------------------------------------------------------
-- No GROUP BY, DISTINCT or UNION, so that a view can be merged into the query.
-- CONVERT gives the results of functions and of CASE the weight of a column, which
-- mixes with every other text. A literal with its collation, or without, does not
-- on MySQL. COALESCE takes its collation from the column beside it.

/*!80000 DROP FUNCTION IF EXISTS wp_plain */;
/*!80000 DROP FUNCTION IF EXISTS wp_notes */;

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

-- The texts of footnotes are a JSON list beside the post: [{"id": ..., "content": HTML}].
-- Those that the text refers to follow it as WordPress's own block prints them. A list
-- that is no JSON is ignored; of a long one, what comes first is read.
CREATE /*M! OR REPLACE */ FUNCTION wp_notes(html LONGTEXT CHARACTER SET utf8mb4, notes LONGTEXT CHARACTER SET utf8mb4)
RETURNS LONGTEXT CHARACTER SET utf8mb4 DETERMINISTIC NO SQL
BEGIN
  DECLARE list, name LONGTEXT CHARACTER SET utf8mb4 DEFAULT '';
  DECLARE at, ends INT DEFAULT 0;
  IF JSON_VALID(notes) THEN
    SET ends = LEAST(JSON_LENGTH(notes), 500);
  END IF;
  WHILE at < ends DO
    SET name = JSON_UNQUOTE(JSON_EXTRACT(notes, CONCAT('$[', at, '].id')));
    IF name REGEXP '^[0-9A-Za-z_-]{1,64}$' AND LOCATE(name, html) > 0 THEN
      SET list = CONCAT(list, '<li id="', name, '">',
        COALESCE(JSON_UNQUOTE(JSON_EXTRACT(notes, CONCAT('$[', at, '].content'))), ''), '</li>');
    END IF;
    SET at = at + 1;
  END WHILE;
  RETURN IF(list = '', html, COALESCE(CONCAT(html, '\n\n<ol class="wp-block-footnotes">', list, '</ol>'), html));
END//

DELIMITER ;

-- product_id: of a product, itself. token: written by the plugin as well; NULL: the
-- link was taken back. due_logged: the date whose passing the event has logged.
CREATE TABLE IF NOT EXISTS wp_diptych_row (
  post_id          BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  product_id       BIGINT UNSIGNED NULL,
  other_product_id BIGINT UNSIGNED NULL,
  token            VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  saved_at         DATETIME(6) NOT NULL,
  due_logged       DATETIME NULL,
  KEY wp_diptych_row_product (product_id),
  KEY wp_diptych_row_other_product (other_product_id),
  KEY wp_diptych_row_token (token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The first value of each field of a post, by its meta_id. Triggers keep it. Both keys
-- of wp_diptych_value are unique, so the server looks up one row for a field, and none
-- when the query does not ask for it. A subquery for the least meta_id is evaluated
-- several times for each row.
CREATE TABLE IF NOT EXISTS wp_diptych_field (PRIMARY KEY (post_id, meta_key)) ENGINE=InnoDB
SELECT post_id, meta_key, MIN(meta_id) AS meta_id FROM wp_postmeta
 WHERE meta_key = '_thumbnail_id' OR meta_key NOT LIKE '|_%' ESCAPE '|' GROUP BY post_id, meta_key;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW wp_diptych_value AS
SELECT f.post_id, f.meta_key, m.meta_value
  FROM wp_diptych_field f
  JOIN wp_postmeta m ON m.meta_id = f.meta_id;

-- The posts of type `product` and `page` that have a slug on the site. An entry of
-- the trash is called kafka__trashed or kafka__trashed-2; of several with one slug
-- the newest counts.
CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW wp_diptych_post AS
SELECT p.ID, p.post_type, p.post_author, p.post_title, p.post_excerpt, p.post_content, p.post_date_gmt, p.post_modified_gmt,
       CASE WHEN p.post_name = '' THEN CONCAT('draft-', p.ID)
            WHEN p.post_status = 'trash' THEN SUBSTRING_INDEX(p.post_name, '__trashed', 1)
            ELSE p.post_name END AS slug,
       CONVERT(CASE WHEN p.post_status = 'trash' THEN 'archived'
               WHEN p.post_password = ''
                    AND (p.post_status = 'publish' OR (p.post_status = 'future' AND p.post_date_gmt <= UTC_TIMESTAMP()))
               THEN 'published' ELSE 'draft' END USING ascii) AS status
  FROM wp_posts p
 WHERE p.post_status <> 'auto-draft'
   AND NOT (p.post_status = 'trash' AND EXISTS (
         SELECT 1 FROM wp_posts o
          WHERE o.post_type = p.post_type AND o.ID <> p.ID
            AND (o.post_name = SUBSTRING_INDEX(p.post_name, '__trashed', 1)
                 OR (o.post_status = 'trash' AND o.ID > p.ID
                     AND SUBSTRING_INDEX(o.post_name, '__trashed', 1) = SUBSTRING_INDEX(p.post_name, '__trashed', 1)))));

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product AS
SELECT p.ID AS id, p.slug AS slug, CONVERT(IF(p.post_title LIKE '%&%', wp_plain(p.post_title), p.post_title) USING utf8mb4) AS name,
       p.status AS status, website.meta_value AS website_url, repository.meta_value AS repository_url,
       CONVERT(IF(logo.guid LIKE '%&%', wp_plain(logo.guid), logo.guid) USING utf8mb4) AS logo_url,
       CONVERT(IF(license.meta_value LIKE '%&%', wp_plain(license.meta_value), license.meta_value) USING utf8mb4) AS license,
       COALESCE(NULLIF(lifecycle.meta_value, ''), 'active') AS lifecycle,
       CAST(CASE WHEN velocity.meta_value REGEXP '^(10([.]0)?|[0-9]([.][0-9])?)$' THEN velocity.meta_value END
            AS DECIMAL(3,1)) AS velocity_override,
       CASE WHEN p.post_date_gmt >= '1000-01-01' THEN p.post_date_gmt END AS created_at,
       CASE WHEN p.post_modified_gmt >= '1000-01-01' THEN p.post_modified_gmt END AS updated_at,
       CONVERT(IF(summary.meta_value LIKE '%&%', wp_plain(summary.meta_value), summary.meta_value) USING utf8mb4) AS summary
  FROM wp_diptych_post p
  LEFT JOIN wp_diptych_value website ON website.post_id = p.ID AND website.meta_key = 'website'
  LEFT JOIN wp_diptych_value repository ON repository.post_id = p.ID AND repository.meta_key = 'repository'
  LEFT JOIN wp_diptych_value license ON license.post_id = p.ID AND license.meta_key = 'license'
  LEFT JOIN wp_diptych_value lifecycle ON lifecycle.post_id = p.ID AND lifecycle.meta_key = 'lifecycle'
  LEFT JOIN wp_diptych_value velocity ON velocity.post_id = p.ID AND velocity.meta_key = 'velocity'
  LEFT JOIN wp_diptych_value summary ON summary.post_id = p.ID AND summary.meta_key = 'summary'
  LEFT JOIN wp_diptych_value thumbnail ON thumbnail.post_id = p.ID AND thumbnail.meta_key = '_thumbnail_id'
  LEFT JOIN wp_posts logo ON logo.ID = CAST(thumbnail.meta_value AS UNSIGNED) AND logo.post_type = 'attachment'
 WHERE p.post_type = 'product';

-- e is the post with the texts: the product itself, an editorial of it, or its
-- autosave, which has no fields of its own. The date of a scheduled product is that
-- of its editorial, which makes diptych read both then. The product is asked for in
-- subqueries, because as a table of the join it would be read first, as a whole.
CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_editorial AS
SELECT e.ID AS id, r.product_id AS product_id,
       CONVERT(CASE WHEN e.post_password = '' AND e.post_status IN ('publish', 'future')
               THEN 'published' ELSE 'draft' END USING ascii) AS status,
       CONVERT(IF(e.post_excerpt LIKE '%&%', wp_plain(e.post_excerpt), e.post_excerpt) USING utf8mb4) AS headline,
       CONVERT(IF(notes.meta_value IS NULL, e.post_content, wp_notes(e.post_content, notes.meta_value))
               USING utf8mb4) AS current_state_md,
       COALESCE(heading.meta_value, '') AS heading_md,
       COALESCE(prediction.meta_value, '') AS prediction_md,
       CONVERT(IF(author.display_name LIKE '%&%', wp_plain(author.display_name), author.display_name) USING utf8mb4) AS author,
       CASE WHEN e.post_type <> 'revision' AND e.post_date_gmt >= '1000-01-01' THEN e.post_date_gmt END AS published_at,
       CAST(NULL AS CHAR) AS preview_token,
       CASE WHEN e.post_date_gmt >= '1000-01-01' THEN e.post_date_gmt END AS created_at,
       CASE WHEN e.post_modified_gmt >= '1000-01-01' THEN e.post_modified_gmt END AS updated_at,
       COALESCE(NULLIF(prediction_state.meta_value, ''), 'open') AS prediction_state,
       CAST(CASE WHEN prediction_move.meta_value REGEXP '^[1-9][0-9]{0,17}$' THEN prediction_move.meta_value END
            AS UNSIGNED) AS prediction_activity_id,
       CONVERT(IF(prediction_note.meta_value LIKE '%&%', wp_plain(prediction_note.meta_value), prediction_note.meta_value)
               USING utf8mb4) AS prediction_note,
       CONVERT('wordpress' USING ascii) AS body_format
  FROM wp_diptych_row r
  JOIN wp_posts e ON e.ID = r.post_id
  LEFT JOIN wp_users author ON author.ID =
    CASE e.post_type WHEN 'revision' THEN (SELECT o.post_author FROM wp_posts o WHERE o.ID = r.product_id) ELSE e.post_author END
  LEFT JOIN wp_diptych_value notes ON notes.post_id = e.ID AND notes.meta_key = 'footnotes'
  LEFT JOIN wp_diptych_value heading ON heading.meta_key = 'heading'
    AND heading.post_id = CASE e.post_type WHEN 'revision' THEN r.product_id ELSE e.ID END
  LEFT JOIN wp_diptych_value prediction ON prediction.meta_key = 'prediction'
    AND prediction.post_id = CASE e.post_type WHEN 'revision' THEN r.product_id ELSE e.ID END
  LEFT JOIN wp_diptych_value prediction_state ON prediction_state.meta_key = 'prediction_state'
    AND prediction_state.post_id = CASE e.post_type WHEN 'revision' THEN r.product_id ELSE e.ID END
  LEFT JOIN wp_diptych_value prediction_move ON prediction_move.meta_key = 'prediction_move'
    AND prediction_move.post_id = CASE e.post_type WHEN 'revision' THEN r.product_id ELSE e.ID END
  LEFT JOIN wp_diptych_value prediction_note ON prediction_note.meta_key = 'prediction_note'
    AND prediction_note.post_id = CASE e.post_type WHEN 'revision' THEN r.product_id ELSE e.ID END
 WHERE e.post_type IN ('product', 'editorial', 'revision') AND e.post_status NOT IN ('auto-draft', 'trash')
   AND (SELECT o.post_status FROM wp_posts o WHERE o.ID = r.product_id AND o.post_type = 'product') NOT IN ('auto-draft', 'trash')
   AND NOT (e.post_type = 'product' AND e.post_excerpt = '' AND e.post_content = '' AND EXISTS (
         SELECT 1 FROM wp_posts o
          WHERE o.post_parent = e.ID AND o.post_type = 'editorial' AND o.post_status NOT IN ('auto-draft', 'trash')))
   AND NOT (e.post_type = 'revision'
            AND e.post_modified_gmt < (SELECT o.post_modified_gmt FROM wp_posts o WHERE o.ID = r.product_id));

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_activity AS
SELECT p.ID AS id, p.post_parent AS product_id,
       CONVERT(CASE WHEN p.post_password = '' AND p.post_status IN ('publish', 'future')
               THEN 'published' ELSE 'draft' END USING ascii) AS status,
       COALESCE(NULLIF(kind.meta_value, ''), 'release') AS kind, COALESCE(NULLIF(class.meta_value, ''), 'improvement') AS class,
       CONVERT(IF(p.post_title LIKE '%&%', wp_plain(p.post_title), p.post_title) USING utf8mb4) AS title, url.meta_value AS url,
       CONVERT(IF(version.meta_value LIKE '%&%', wp_plain(version.meta_value), version.meta_value) USING utf8mb4) AS version,
       CASE WHEN p.post_date_gmt >= '1000-01-01' THEN p.post_date_gmt END AS occurred_at
  FROM wp_posts p
  LEFT JOIN wp_diptych_value kind ON kind.post_id = p.ID AND kind.meta_key = 'kind'
  LEFT JOIN wp_diptych_value class ON class.post_id = p.ID AND class.meta_key = 'class'
  LEFT JOIN wp_diptych_value url ON url.post_id = p.ID AND url.meta_key = 'url'
  LEFT JOIN wp_diptych_value version ON version.post_id = p.ID AND version.meta_key = 'version'
 WHERE p.post_type = 'move' AND p.post_status NOT IN ('auto-draft', 'trash');

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_faq AS
SELECT p.ID AS id, r.product_id AS product_id, r.other_product_id AS other_product_id,
       CONVERT(IF(p.post_title LIKE '%&%', wp_plain(p.post_title), p.post_title) USING utf8mb4) AS question,
       CONVERT(IF(notes.meta_value IS NULL, p.post_content, wp_notes(p.post_content, notes.meta_value)) USING utf8mb4) AS answer_md,
       p.menu_order AS sort,
       CONVERT(CASE WHEN p.post_password = ''
                    AND (p.post_status = 'publish' OR (p.post_status = 'future' AND p.post_date_gmt <= UTC_TIMESTAMP()))
               THEN 'published' ELSE 'draft' END USING ascii) AS status,
       CONVERT('wordpress' USING ascii) AS body_format
  FROM wp_diptych_row r
  JOIN wp_posts p ON p.ID = r.post_id
  LEFT JOIN wp_diptych_value notes ON notes.post_id = p.ID AND notes.meta_key = 'footnotes'
 WHERE p.post_type = 'faq' AND p.post_status NOT IN ('auto-draft', 'trash');

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_comparison AS
SELECT p.ID AS id, r.product_id AS product_id, r.other_product_id AS other_product_id,
       CONVERT(CASE WHEN p.post_password = ''
                    AND (p.post_status = 'publish' OR (p.post_status = 'future' AND p.post_date_gmt <= UTC_TIMESTAMP()))
               THEN 'published' ELSE 'draft' END USING ascii) AS status,
       CONVERT(IF(notes.meta_value IS NULL, p.post_content, wp_notes(p.post_content, notes.meta_value)) USING utf8mb4) AS intro_md,
       COALESCE(verdict.meta_value, '') AS verdict_md,
       CONVERT('wordpress' USING ascii) AS body_format
  FROM wp_diptych_row r
  JOIN wp_posts p ON p.ID = r.post_id
  LEFT JOIN wp_diptych_value verdict ON verdict.post_id = p.ID AND verdict.meta_key = 'verdict'
  LEFT JOIN wp_diptych_value notes ON notes.post_id = p.ID AND notes.meta_key = 'footnotes'
 WHERE p.post_type = 'comparison' AND p.post_status NOT IN ('auto-draft', 'trash');

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_alternative AS
SELECT p.ID AS id, r.product_id AS product_id, r.other_product_id AS other_product_id,
       CONVERT(IF(p.post_title LIKE '%&%', wp_plain(p.post_title), p.post_title) USING utf8mb4) AS reason, p.menu_order AS sort,
       CONVERT(CASE WHEN p.post_password = ''
                    AND (p.post_status = 'publish' OR (p.post_status = 'future' AND p.post_date_gmt <= UTC_TIMESTAMP()))
               THEN 'published' ELSE 'draft' END USING ascii) AS status
  FROM wp_diptych_row r
  JOIN wp_posts p ON p.ID = r.post_id
 WHERE p.post_type = 'pick' AND p.post_status NOT IN ('auto-draft', 'trash');

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_page AS
SELECT p.ID AS id, p.slug AS slug,
       CONVERT(IF(p.post_title LIKE '%&%', wp_plain(p.post_title), p.post_title) USING utf8mb4) AS title,
       CONVERT(IF(notes.meta_value IS NULL, p.post_content, wp_notes(p.post_content, notes.meta_value)) USING utf8mb4) AS body_md,
       p.status AS status, CASE WHEN p.post_modified_gmt >= '1000-01-01' THEN p.post_modified_gmt END AS updated_at,
       CONVERT('wordpress' USING ascii) AS body_format
  FROM wp_diptych_post p
  LEFT JOIN wp_diptych_value notes ON notes.post_id = p.ID AND notes.meta_key = 'footnotes'
 WHERE p.post_type = 'page';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_alias AS
SELECT m.meta_id AS id, m.meta_value AS slug, m.post_id AS product_id
  FROM wp_postmeta m JOIN wp_diptych_post p ON p.ID = m.post_id AND p.post_type = 'product'
 WHERE m.meta_key = '_wp_old_slug';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_sector AS
SELECT x.term_taxonomy_id AS id, t.slug AS slug,
       CONVERT(IF(t.name LIKE '%&%', wp_plain(t.name), t.name) USING utf8mb4) AS name, 0 AS sort
  FROM wp_term_taxonomy x JOIN wp_terms t ON t.term_id = x.term_id WHERE x.taxonomy = 'sector';

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_theme AS
SELECT x.term_taxonomy_id AS id, t.slug AS slug,
       CONVERT(IF(t.name LIKE '%&%', wp_plain(t.name), t.name) USING utf8mb4) AS name
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
       CONVERT(IF(m.meta_value LIKE '%&%', wp_plain(m.meta_value), m.meta_value) USING utf8mb4) AS value,
       NULLIF(CONVERT(IF(note.meta_value LIKE '%&%', wp_plain(note.meta_value), note.meta_value) USING utf8mb4), '') AS note,
       NULLIF(source.meta_value, '') AS source_url,
       CAST(CASE WHEN checked.meta_value REGEXP '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN checked.meta_value END AS DATE) AS checked_on
  FROM wp_postmeta m
  JOIN wp_diptych_post p ON p.ID = m.post_id AND p.post_type = 'product' AND p.status <> 'archived'
  JOIN attribute a       ON a.slug = m.meta_key AND a.slug = CAST(m.meta_key AS BINARY)
  LEFT JOIN wp_diptych_value note ON note.post_id = m.post_id AND note.meta_key = CONCAT(m.meta_key, '_note')
  LEFT JOIN wp_diptych_value source ON source.post_id = m.post_id AND source.meta_key = CONCAT(m.meta_key, '_source')
  LEFT JOIN wp_diptych_value checked ON checked.post_id = m.post_id AND checked.meta_key = CONCAT(m.meta_key, '_checked')
 WHERE NOT EXISTS (SELECT 1 FROM wp_postmeta o
                    WHERE o.post_id = m.post_id AND o.meta_key = m.meta_key AND o.meta_id < m.meta_id
                      AND CAST(o.meta_key AS BINARY) = CAST(m.meta_key AS BINARY));

-- The preview of a product publishes its texts with it. The preview of another
-- post lives for preview_age after its date.
CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_preview AS
SELECT r.token AS token,
       CONVERT(CASE WHEN p.post_type IN ('faq', 'page', 'comparison') THEN p.post_type
               WHEN p.post_type = 'pick' THEN 'alternative'
               WHEN p.post_type = 'product' AND p.post_excerpt = '' AND p.post_content = '' AND EXISTS (
                      SELECT 1 FROM wp_posts o
                       WHERE o.post_parent = p.ID AND o.post_type = 'editorial' AND o.post_status NOT IN ('auto-draft', 'trash'))
               THEN 'product' WHEN p.post_type = 'product' THEN 'both' ELSE 'editorial' END USING ascii) AS entity,
       p.ID AS entity_id,
       CONVERT(CASE WHEN p.post_status = 'trash' THEN 'archived'
               WHEN p.post_password = ''
                    AND (p.post_status = 'publish' OR (p.post_status = 'future'
                         AND (p.post_type IN ('product', 'editorial') OR p.post_date_gmt <= UTC_TIMESTAMP())))
               THEN 'published' ELSE 'draft' END USING ascii) AS status,
       CASE WHEN p.post_type IN ('product', 'editorial') AND p.post_date_gmt >= '1000-01-01' THEN p.post_date_gmt END AS due_at,
       CASE WHEN p.post_status = 'future' THEN GREATEST(r.saved_at, p.post_date_gmt) ELSE r.saved_at END AS saved_at,
       r.product_id AS product_id, r.other_product_id AS other_product_id
  FROM wp_diptych_row r
  JOIN wp_posts p ON p.ID = r.post_id
 WHERE r.token IS NOT NULL AND p.post_status <> 'auto-draft'
   AND (p.post_status <> 'trash' OR p.post_type IN ('product', 'page'));

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
/*!80000 DROP PROCEDURE IF EXISTS wp_row_saved */;
/*!80000 DROP PROCEDURE IF EXISTS wp_row_other */;
/*!80000 DROP PROCEDURE IF EXISTS wp_due_log */;

DELIMITER //

CREATE /*M! OR REPLACE */ PROCEDURE wp_post_changed(
  IN type VARCHAR(20), IN post BIGINT UNSIGNED, IN parent BIGINT UNSIGNED)
BEGIN
  DECLARE other BIGINT UNSIGNED;
  CASE
    WHEN type = 'product' THEN CALL change_log_append('product', post);
    WHEN type = 'page' THEN CALL change_log_append('page', post);
    WHEN type IN ('editorial', 'move', 'faq', 'comparison', 'pick') AND parent > 0 THEN
      CALL change_log_append('product', parent);
    WHEN type = 'faq' THEN CALL change_log_append('site', 0);
    ELSE BEGIN END; -- revisions, attachments, menus
  END CASE;
  IF type IN ('faq', 'comparison', 'pick') THEN
    SELECT MAX(other_product_id) INTO other FROM wp_diptych_row WHERE post_id = post;
    IF other IS NOT NULL THEN CALL change_log_append('product', other); END IF;
  END IF;
END//

-- Whose a post is. The product of an autosave is its parent, if that is a product;
-- other revisions have no row.
CREATE /*M! OR REPLACE */ PROCEDURE wp_row_saved(
  IN type VARCHAR(20), IN name VARCHAR(200) CHARACTER SET utf8mb4, IN post BIGINT UNSIGNED, IN parent BIGINT UNSIGNED)
BEGIN
  DECLARE owner BIGINT UNSIGNED;
  IF type IN ('product', 'editorial', 'faq', 'comparison', 'pick', 'page') THEN
    SET owner = CASE type WHEN 'product' THEN post WHEN 'page' THEN NULL ELSE NULLIF(parent, 0) END;
  ELSEIF type = 'revision' AND name LIKE '%-autosave-v1' THEN
    SELECT MAX(ID) INTO owner FROM wp_posts WHERE ID = parent AND post_type = 'product';
    IF owner IS NULL THEN SET type = ''; END IF;
  ELSE
    SET type = '';
  END IF;
  IF type <> '' THEN
    INSERT INTO wp_diptych_row (post_id, product_id, token, saved_at)
    VALUES (post, owner, LOWER(HEX(RANDOM_BYTES(24))), UTC_TIMESTAMP(6))
        ON DUPLICATE KEY UPDATE product_id = owner, saved_at = UTC_TIMESTAMP(6);
  ELSE
    DELETE FROM wp_diptych_row WHERE post_id = post;
  END IF;
END//

-- The second product of a pair is the first value of a field.
CREATE /*M! OR REPLACE */ PROCEDURE wp_row_other(IN post BIGINT UNSIGNED)
BEGIN
  DECLARE other LONGTEXT CHARACTER SET utf8mb4;
  SELECT MAX(meta_value) INTO other FROM wp_postmeta
   WHERE meta_id = (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = post AND meta_key = 'other_product');
  UPDATE wp_diptych_row SET other_product_id = IF(other REGEXP '^[1-9][0-9]{0,17}$', other, NULL) WHERE post_id = post;
END//

-- Fields like `_edit_lock` change every few seconds and are shown on no page.
CREATE /*M! OR REPLACE */ PROCEDURE wp_meta_changed(IN meta_name VARCHAR(255), IN post BIGINT UNSIGNED)
BEGIN
  DECLARE type VARCHAR(20);
  DECLARE parent, former BIGINT UNSIGNED;
  IF meta_name IN ('_wp_old_slug', '_thumbnail_id') OR meta_name NOT LIKE '|_%' ESCAPE '|' THEN
    SELECT MAX(post_type), MAX(post_parent) INTO type, parent FROM wp_posts WHERE ID = post;
    IF meta_name = 'other_product' AND type IN ('faq', 'comparison', 'pick') THEN
      SELECT MAX(other_product_id) INTO former FROM wp_diptych_row WHERE post_id = post;
      IF former IS NOT NULL THEN CALL change_log_append('product', former); END IF;
      CALL wp_row_other(post);
    END IF;
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

-- The author's name stands on the editorials. One entry for each of them; a loop,
-- because INSERT ... SELECT would lock.
CREATE /*M! OR REPLACE */ PROCEDURE wp_author_changed(IN author BIGINT UNSIGNED)
BEGIN
  DECLARE post BIGINT UNSIGNED DEFAULT 0;
  DECLARE type VARCHAR(20);
  DECLARE parent BIGINT UNSIGNED;
  WHILE post IS NOT NULL DO
    SELECT MIN(ID) INTO post FROM wp_posts
     WHERE post_author = author AND post_type IN ('product', 'editorial') AND ID > post;
    IF post IS NOT NULL THEN
      SELECT MAX(post_type), MAX(post_parent) INTO type, parent FROM wp_posts WHERE ID = post;
      CALL wp_post_changed(type, post, parent);
    END IF;
  END WHILE;
END//

-- Scheduled posts whose date has passed since the last call.
CREATE /*M! OR REPLACE */ PROCEDURE wp_due_log()
BEGIN
  DECLARE post BIGINT UNSIGNED DEFAULT 0;
  DECLARE type VARCHAR(20);
  DECLARE parent BIGINT UNSIGNED;
  DECLARE due DATETIME;
  WHILE post IS NOT NULL DO
    SELECT MIN(p.ID) INTO post FROM wp_posts p JOIN wp_diptych_row r ON r.post_id = p.ID
     WHERE p.post_type IN ('faq', 'comparison', 'pick', 'page') AND p.post_status = 'future'
       AND p.post_date_gmt <= UTC_TIMESTAMP() AND NOT (r.due_logged <=> p.post_date_gmt) AND p.ID > post;
    IF post IS NOT NULL THEN
      SELECT MAX(post_type), MAX(post_parent), MAX(post_date_gmt) INTO type, parent, due FROM wp_posts WHERE ID = post;
      UPDATE wp_diptych_row SET due_logged = due WHERE post_id = post;
      CALL wp_post_changed(COALESCE(type, ''), post, parent);
    END IF;
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
  CALL wp_row_saved(NEW.post_type, NEW.post_name, NEW.ID, NEW.post_parent);
  CALL wp_post_changed(NEW.post_type, NEW.ID, NEW.post_parent);
  CALL wp_slug_changed(NEW.post_type, NEW.ID, NEW.post_name);
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_posts_diptych_update AFTER UPDATE ON wp_posts FOR EACH ROW
BEGIN
  CALL wp_row_saved(NEW.post_type, NEW.post_name, NEW.ID, NEW.post_parent);
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
  CALL wp_row_saved('', '', OLD.ID, 0);
END//

CREATE /*M! OR REPLACE */ TRIGGER wp_users_diptych_update AFTER UPDATE ON wp_users FOR EACH ROW
IF NEW.display_name <> OLD.display_name OR NEW.ID <> OLD.ID THEN
  CALL wp_author_changed(OLD.ID);
END IF//
CREATE /*M! OR REPLACE */ TRIGGER wp_users_diptych_delete AFTER DELETE ON wp_users FOR EACH ROW
CALL wp_author_changed(OLD.ID)//

-- wp_diptych_field is written here and not in a procedure, because columns of one table
-- have one collation.
CREATE /*M! OR REPLACE */ TRIGGER wp_postmeta_diptych_insert AFTER INSERT ON wp_postmeta FOR EACH ROW
BEGIN
  IF NEW.meta_key = '_thumbnail_id' OR NEW.meta_key NOT LIKE '|_%' ESCAPE '|' THEN
    INSERT INTO wp_diptych_field (post_id, meta_key, meta_id) VALUES (NEW.post_id, NEW.meta_key, NEW.meta_id)
        ON DUPLICATE KEY UPDATE meta_id = LEAST(meta_id, NEW.meta_id);
  END IF;
  CALL wp_meta_changed(NEW.meta_key, NEW.post_id);
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_postmeta_diptych_update AFTER UPDATE ON wp_postmeta FOR EACH ROW
BEGIN
  DECLARE other BIGINT UNSIGNED;
  IF NEW.post_id <> OLD.post_id OR NOT (NEW.meta_key <=> OLD.meta_key) OR NEW.meta_id <> OLD.meta_id THEN
    DELETE FROM wp_diptych_field WHERE post_id = OLD.post_id AND meta_key = OLD.meta_key AND meta_id = OLD.meta_id;
    SELECT MIN(meta_id) INTO other FROM wp_postmeta WHERE post_id = OLD.post_id AND meta_key = OLD.meta_key;
    IF other IS NOT NULL AND (OLD.meta_key = '_thumbnail_id' OR OLD.meta_key NOT LIKE '|_%' ESCAPE '|') THEN
      INSERT INTO wp_diptych_field (post_id, meta_key, meta_id) VALUES (OLD.post_id, OLD.meta_key, other)
          ON DUPLICATE KEY UPDATE meta_id = LEAST(meta_id, other);
    END IF;
    IF NEW.meta_key = '_thumbnail_id' OR NEW.meta_key NOT LIKE '|_%' ESCAPE '|' THEN
      INSERT INTO wp_diptych_field (post_id, meta_key, meta_id) VALUES (NEW.post_id, NEW.meta_key, NEW.meta_id)
          ON DUPLICATE KEY UPDATE meta_id = LEAST(meta_id, NEW.meta_id);
    END IF;
  END IF;
  CALL wp_meta_changed(OLD.meta_key, OLD.post_id);
  IF NEW.post_id <> OLD.post_id OR NOT (NEW.meta_key <=> OLD.meta_key) THEN
    CALL wp_meta_changed(NEW.meta_key, NEW.post_id);
  END IF;
END//
CREATE /*M! OR REPLACE */ TRIGGER wp_postmeta_diptych_delete AFTER DELETE ON wp_postmeta FOR EACH ROW
BEGIN
  DECLARE other BIGINT UNSIGNED;
  IF OLD.meta_key = '_thumbnail_id' OR OLD.meta_key NOT LIKE '|_%' ESCAPE '|' THEN
    DELETE FROM wp_diptych_field WHERE post_id = OLD.post_id AND meta_key = OLD.meta_key AND meta_id = OLD.meta_id;
    SELECT MIN(meta_id) INTO other FROM wp_postmeta WHERE post_id = OLD.post_id AND meta_key = OLD.meta_key;
    IF other IS NOT NULL THEN
      INSERT INTO wp_diptych_field (post_id, meta_key, meta_id) VALUES (OLD.post_id, OLD.meta_key, other)
          ON DUPLICATE KEY UPDATE meta_id = LEAST(meta_id, other);
    END IF;
  END IF;
  CALL wp_meta_changed(OLD.meta_key, OLD.post_id);
END//

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

DROP EVENT IF EXISTS wp_diptych_due;
CREATE EVENT wp_diptych_due ON SCHEDULE EVERY 1 SECOND
COMMENT 'diptych: log scheduled posts that are due'
DO CALL wp_due_log();

-- 3. Rows for existing posts, and log entries for existing products, so that every
-- product has a revision. (Without them, a running pool finds them with its sweep.)
INSERT INTO wp_diptych_row (post_id, product_id, other_product_id, token, saved_at)
SELECT p.ID, CASE p.post_type WHEN 'product' THEN p.ID WHEN 'page' THEN NULL ELSE NULLIF(p.post_parent, 0) END,
       CASE WHEN m.meta_value REGEXP '^[1-9][0-9]{0,17}$' THEN CAST(m.meta_value AS UNSIGNED) END,
       LOWER(HEX(RANDOM_BYTES(24))), UTC_TIMESTAMP(6)
  FROM wp_posts p
  LEFT JOIN wp_postmeta m ON m.meta_id =
    (SELECT MIN(meta_id) FROM wp_postmeta WHERE post_id = p.ID AND meta_key = 'other_product')
 WHERE p.post_type IN ('product', 'editorial', 'faq', 'comparison', 'pick', 'page')
    ON DUPLICATE KEY UPDATE product_id = VALUES(product_id), other_product_id = VALUES(other_product_id);
DELETE r FROM wp_diptych_row r LEFT JOIN wp_posts p ON p.ID = r.post_id WHERE p.ID IS NULL;

DELETE f FROM wp_diptych_field f
  LEFT JOIN wp_postmeta m ON m.meta_id = f.meta_id AND m.post_id = f.post_id AND m.meta_key = f.meta_key
 WHERE m.meta_id IS NULL;
INSERT INTO wp_diptych_field (post_id, meta_key, meta_id)
SELECT post_id, meta_key, MIN(meta_id) FROM wp_postmeta
 WHERE meta_key = '_thumbnail_id' OR meta_key NOT LIKE '|_%' ESCAPE '|' GROUP BY post_id, meta_key
    ON DUPLICATE KEY UPDATE meta_id = VALUES(meta_id);

INSERT INTO change_log (entity, entity_id)
SELECT 'product', p.ID FROM wp_posts p
 WHERE p.post_type = 'product'
   AND NOT EXISTS (SELECT 1 FROM change_log l WHERE l.entity = 'product' AND l.entity_id = p.ID);
