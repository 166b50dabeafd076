-- diptych, migration 14: no slug begins with "vs-" or ends with "-vs".
--
-- "-vs-" joins the slugs of a comparison, so /compare/a-vs-vs-b would be two
-- addresses: of a and vs-b, and of a-vs and b. Attributes have had this rule since
-- migration 6. Here the CHECKs of the other slugs get it, under their old names.
--
-- A row that breaks the rule keeps all else: vs-code, the product 7, moves to
-- versus-code-product-7, or to product-7- and a hash if another row has that slug.
-- "vs" becomes "versus" everywhere, and what has no room in 64 bytes is cut off. The
-- old address cannot redirect, because an alias is a slug as well.
--
-- The order matters: a product's trigger makes an alias of its old slug, which the
-- new CHECK of product_alias refuses. So product gets its CHECK first, and then the
-- aliases are deleted.
--
-- Rows are counted by a plain SELECT, which takes no lock. Only a table that has
-- such rows is updated.
--
-- Alterations ask first whether they were made, as in migration 6.

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';

-- sector -----------------------------------------------------------------------

SELECT COUNT(*) INTO @odd FROM sector WHERE slug LIKE 'vs-%' OR slug LIKE '%-vs';

SET @alteration = IF(@odd = 0, 'DO 0',
  'UPDATE IGNORE sector SET slug =
      CONCAT(TRIM(TRAILING ''-'' FROM LEFT(REPLACE(slug, ''vs'', ''versus''), 55 - LENGTH(id))), ''-sector-'', id)
    WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(@odd = 0, 'DO 0',
  'UPDATE sector SET slug = CONCAT(''sector-'', id, ''-'', LEFT(SHA2(slug, 256), 32))
    WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.check_constraints
            WHERE constraint_schema = DATABASE() AND constraint_name = 'sector_slug_form' AND check_clause LIKE '%''vs-%'),
  'DO 0',
  'ALTER TABLE sector
     DROP CONSTRAINT sector_slug_form,
     ADD CONSTRAINT sector_slug_form CHECK (
       slug <> '''' AND LENGTH(slug) <= 64 AND slug NOT REGEXP ''[^a-z0-9-]''
       AND slug NOT LIKE ''-%'' AND slug NOT LIKE ''%-'' AND slug NOT LIKE ''%--%''
       AND slug NOT LIKE ''%-vs-%'' AND slug NOT LIKE ''vs-%'' AND slug NOT LIKE ''%-vs'')');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

-- theme ------------------------------------------------------------------------

SELECT COUNT(*) INTO @odd FROM theme WHERE slug LIKE 'vs-%' OR slug LIKE '%-vs';

SET @alteration = IF(@odd = 0, 'DO 0',
  'UPDATE IGNORE theme SET slug =
      CONCAT(TRIM(TRAILING ''-'' FROM LEFT(REPLACE(slug, ''vs'', ''versus''), 55 - LENGTH(id))), ''-theme-'', id)
    WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(@odd = 0, 'DO 0',
  'UPDATE theme SET slug = CONCAT(''theme-'', id, ''-'', LEFT(SHA2(slug, 256), 32))
    WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.check_constraints
            WHERE constraint_schema = DATABASE() AND constraint_name = 'theme_slug_form' AND check_clause LIKE '%''vs-%'),
  'DO 0',
  'ALTER TABLE theme
     DROP CONSTRAINT theme_slug_form,
     ADD CONSTRAINT theme_slug_form CHECK (
       slug <> '''' AND LENGTH(slug) <= 64 AND slug NOT REGEXP ''[^a-z0-9-]''
       AND slug NOT LIKE ''-%'' AND slug NOT LIKE ''%-'' AND slug NOT LIKE ''%--%''
       AND slug NOT LIKE ''%-vs-%'' AND slug NOT LIKE ''vs-%'' AND slug NOT LIKE ''%-vs'')');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

-- product ----------------------------------------------------------------------

SELECT COUNT(*) INTO @odd FROM product WHERE slug LIKE 'vs-%' OR slug LIKE '%-vs';

SET @alteration = IF(@odd = 0, 'DO 0',
  'UPDATE IGNORE product SET slug =
      CONCAT(TRIM(TRAILING ''-'' FROM LEFT(REPLACE(slug, ''vs'', ''versus''), 55 - LENGTH(id))), ''-product-'', id)
    WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(@odd = 0, 'DO 0',
  'UPDATE product SET slug = CONCAT(''product-'', id, ''-'', LEFT(SHA2(slug, 256), 32))
    WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.check_constraints
            WHERE constraint_schema = DATABASE() AND constraint_name = 'product_slug_form' AND check_clause LIKE '%''vs-%'),
  'DO 0',
  'ALTER TABLE product
     DROP CONSTRAINT product_slug_form,
     ADD CONSTRAINT product_slug_form CHECK (
       slug <> '''' AND LENGTH(slug) <= 64 AND slug NOT REGEXP ''[^a-z0-9-]''
       AND slug NOT LIKE ''-%'' AND slug NOT LIKE ''%-'' AND slug NOT LIKE ''%--%''
       AND slug NOT LIKE ''%-vs-%'' AND slug NOT LIKE ''vs-%'' AND slug NOT LIKE ''%-vs'')');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

-- page -------------------------------------------------------------------------

SELECT COUNT(*) INTO @odd FROM page WHERE slug LIKE 'vs-%' OR slug LIKE '%-vs';

SET @alteration = IF(@odd = 0, 'DO 0',
  'UPDATE IGNORE page SET slug =
      CONCAT(TRIM(TRAILING ''-'' FROM LEFT(REPLACE(slug, ''vs'', ''versus''), 55 - LENGTH(id))), ''-page-'', id)
    WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(@odd = 0, 'DO 0',
  'UPDATE page SET slug = CONCAT(''page-'', id, ''-'', LEFT(SHA2(slug, 256), 32))
    WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.check_constraints
            WHERE constraint_schema = DATABASE() AND constraint_name = 'page_slug_form' AND check_clause LIKE '%''vs-%'),
  'DO 0',
  'ALTER TABLE page
     DROP CONSTRAINT page_slug_form,
     ADD CONSTRAINT page_slug_form CHECK (
       slug <> '''' AND LENGTH(slug) <= 64 AND slug NOT REGEXP ''[^a-z0-9-]''
       AND slug NOT LIKE ''-%'' AND slug NOT LIKE ''%-'' AND slug NOT LIKE ''%--%''
       AND slug NOT LIKE ''%-vs-%'' AND slug NOT LIKE ''vs-%'' AND slug NOT LIKE ''%-vs'')');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

-- product_alias ----------------------------------------------------------------

SELECT COUNT(*) INTO @odd FROM product_alias WHERE slug LIKE 'vs-%' OR slug LIKE '%-vs';

SET @alteration = IF(@odd = 0, 'DO 0', 'DELETE FROM product_alias WHERE slug LIKE ''vs-%'' OR slug LIKE ''%-vs''');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

SET @alteration = IF(EXISTS (SELECT 1 FROM information_schema.check_constraints
            WHERE constraint_schema = DATABASE() AND constraint_name = 'product_alias_slug_form' AND check_clause LIKE '%''vs-%'),
  'DO 0',
  'ALTER TABLE product_alias
     DROP CONSTRAINT product_alias_slug_form,
     ADD CONSTRAINT product_alias_slug_form CHECK (
       slug <> '''' AND LENGTH(slug) <= 64 AND slug NOT REGEXP ''[^a-z0-9-]''
       AND slug NOT LIKE ''-%'' AND slug NOT LIKE ''%-'' AND slug NOT LIKE ''%--%''
       AND slug NOT LIKE ''%-vs-%'' AND slug NOT LIKE ''vs-%'' AND slug NOT LIKE ''%-vs'')');
PREPARE alteration FROM @alteration;
EXECUTE alteration;

DEALLOCATE PREPARE alteration;

INSERT IGNORE INTO schema_version (version) VALUES (14);
