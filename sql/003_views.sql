-- diptych, migration 3: the views that the pool reads.
--
-- The pool's account may read these views, change_log, site_state and
-- schema_version, and nothing else. A site whose CMS has its own tables redefines
-- the site_* views over them (see adapters/), with the same column names; extra
-- columns come after these. With ALGORITHM=MERGE, a condition on a view uses the
-- index of its table.

SET NAMES utf8mb4;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_sector AS
SELECT id, slug, name, sort FROM sector;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_theme AS
SELECT id, slug, name FROM theme;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product AS
SELECT id, slug, name, status, website_url, repository_url, logo_url, license,
       lifecycle, velocity_override, created_at, updated_at
  FROM product;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_sector AS
SELECT id, product_id, sector_id, sort FROM product_sector;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_theme AS
SELECT id, product_id, theme_id, sort FROM product_theme;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_product_alias AS
SELECT id, slug, product_id FROM product_alias;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_editorial AS
SELECT id, product_id, status, headline, current_state_md, heading_md,
       prediction_md, author, published_at, preview_token, created_at, updated_at
  FROM editorial;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_activity AS
SELECT id, product_id, status, kind, class, title, url, version, occurred_at
  FROM activity;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_faq AS
SELECT id, product_id, other_product_id, question, answer_md, sort, status
  FROM faq;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_comparison AS
SELECT id, product_id, other_product_id, status, intro_md, verdict_md
  FROM comparison;

CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW site_page AS
SELECT id, slug, title, body_md, status, updated_at FROM page;

-- The number of log entries that each entity ever had: purged ones and present
-- ones. An entity without entries has no row; its rev is 0. The server pushes
-- conditions on entity and entity_id through the outer GROUP BY and the UNION
-- into both parts (MariaDB since 10.4, MySQL since 8.0.29), where each is a range
-- of an index. It does so for a WHERE with constants, not for the inner side of a
-- join: name the ids.
CREATE OR REPLACE SQL SECURITY DEFINER VIEW revision AS
SELECT entity, entity_id, CAST(SUM(n) AS UNSIGNED) AS rev
  FROM (SELECT entity, entity_id, rev AS n FROM revision_base
        UNION ALL
        SELECT entity, entity_id, COUNT(*) AS n FROM change_log
         GROUP BY entity, entity_id) AS part
 GROUP BY entity, entity_id;

INSERT IGNORE INTO schema_version (version) VALUES (3);
